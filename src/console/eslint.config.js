import hooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import { configs } from "typescript-eslint";

import cycles from "./eslint.cycles.js";

// Names of window's that are ours as well: one that was not handed over would be the window's, unseen.
const kWindows = [
  "close",
  "event",
  "find",
  "length",
  "name",
  "open",
  "parent",
  "status",
  "stop",
  "top",
];

export default defineConfig({
  files: ["src/**/*.{ts,tsx}"],
  extends: [configs.recommendedTypeChecked],
  languageOptions: { parserOptions: { project: "tsconfig.json" } },
  linterOptions: { reportUnusedDisableDirectives: "error" },
  plugins: { hooks, modules: { rules: { cycles } } },
  rules: {
    "modules/cycles": "error",
    // Effects run by keys here, not by all that they read, so the rule about that is left out.
    "hooks/rules-of-hooks": "error",
    // A condition that cannot fail is a type that does not say what may be missing.
    "@typescript-eslint/no-unnecessary-condition": "error",
    eqeqeq: ["error", "always", { null: "ignore" }],
    "no-restricted-globals": ["error", ...kWindows],
    "no-restricted-syntax": [
      "error",
      {
        selector:
          "JSXIdentifier[name='dangerouslySetInnerHTML'], Identifier[name=/^(inner|outer)HTML$|^insertAdjacentHTML$/]",
        message: "What a message contains never becomes markup of the console's own page.",
      },
      {
        selector: "ImportExpression",
        message: "The page is one file: nothing can be loaded later.",
      },
    ],
  },
});
