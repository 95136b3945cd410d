import { createHash } from "node:crypto";
import { defineConfig, type Plugin } from "vite";

// What the page may do: run the one script, named by its digest, and talk to the broker it came from.
// Styles stay open for the emails in its frames, which inherit this.
const policy = (digest: string) =>
  `default-src 'none'; script-src 'sha256-${digest}'; style-src 'unsafe-inline'; img-src data:; ` +
  `connect-src 'self'; base-uri 'none'; form-action 'none'`;

// The page is one file, since it is embedded in the daemon: script and style go inside.
function onePage(): Plugin {
  return {
    name: "one-page",
    enforce: "post",
    apply: "build",
    generateBundle(_, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("no index.html to put everything into");
      let html = String(page.source);
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === "chunk") {
          const code = file.code.replaceAll("</script", "<\\/script").trim();
          const digest = createHash("sha256").update(code).digest("base64");
          html = html
            .replace(/\s*<script[^>]* src="[^"]*"><\/script>/, "")
            .replace(
              "<head>",
              () =>
                `<head><meta http-equiv="Content-Security-Policy" content="${policy(digest)}" />`,
            )
            .replace("</body>", () => `<script type="module">${code}</script></body>`);
          delete bundle[name];
        } else if (name.endsWith(".css")) {
          html = html.replace(
            /<link rel="stylesheet"[^>]*>/,
            () => `<style>${String(file.source).trim()}</style>`,
          );
          delete bundle[name];
        }
      }
      page.source = html;
    },
  };
}

const broker = process.env.SQUIRE_URL ?? "http://127.0.0.1:4566";

export default defineConfig({
  base: "./",
  build: {
    outDir: "../../build/console",
    emptyOutDir: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    modulePreload: { polyfill: false },
    target: "es2021",
  },
  // `npm run dev` shows the sources at work on a broker that runs already.
  server: {
    proxy: {
      "/_squire": broker,
      "^/$": { target: broker, bypass: ({ method, url }) => (method === "POST" ? undefined : url) },
    },
  },
  plugins: [onePage()],
});
