import { useEffect, useState } from "preact/hooks";

import { amend, route } from "../router";
import { Icon } from "./icons";

// The search of a list lives in the address, so that links and the back button keep it.
export function SearchBox({ label, parameter = "search" }: { label: string; parameter?: string }) {
  const given = route.value.query.get(parameter) ?? "";
  const [text, setText] = useState(given);
  useEffect(() => setText(given), [given]);
  useEffect(() => {
    if (text === given) return;
    const timer = setTimeout(() => amend({ [parameter]: text || undefined }), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="search" role="search">
      <Icon name="search" size={16} />
      <input
        type="search"
        data-search
        aria-label={label}
        placeholder={label}
        value={text}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}
