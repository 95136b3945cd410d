import type { Attributes } from "../data/types";
import { Button } from "./basics";
import { Icon } from "./icons";

export interface AttributeRow {
  name: string;
  type: string;
  value: string;
}

const kTypes = ["String", "Number", "Binary", "String.Array"];

export function toAttributes(rows: AttributeRow[]): Attributes {
  const named = rows.filter(({ name }) => name !== "");
  return Object.fromEntries(named.map(({ name, type, value }) => [name, { type, value }]));
}

interface EditorProps {
  rows: AttributeRow[];
  change: (rows: AttributeRow[]) => void;
}

export function AttributesEditor({ rows, change }: EditorProps) {
  const set = (index: number, part: Partial<AttributeRow>) =>
    change(rows.map((row, other) => (other === index ? { ...row, ...part } : row)));
  return (
    <fieldset class="attributes">
      <legend>Message attributes</legend>
      {rows.map((row, index) => (
        <div class="attribute-row" key={index}>
          <input
            aria-label={`Name of attribute ${index + 1}`}
            placeholder="name"
            value={row.name}
            spellcheck={false}
            onInput={(event) => set(index, { name: event.currentTarget.value })}
          />
          <select
            aria-label={`Type of attribute ${index + 1}`}
            value={row.type}
            onChange={(event) => set(index, { type: event.currentTarget.value })}
          >
            {kTypes.map((type) => (
              <option key={type}>{type}</option>
            ))}
          </select>
          <input
            aria-label={`Value of attribute ${index + 1}`}
            placeholder={row.type === "Binary" ? "base64" : "value"}
            value={row.value}
            spellcheck={false}
            onInput={(event) => set(index, { value: event.currentTarget.value })}
          />
          <button
            type="button"
            class="plain icon-button"
            aria-label={`Remove attribute ${index + 1}`}
            onClick={() => change(rows.filter((_, other) => other !== index))}
          >
            <Icon name="close" size={16} />
          </button>
        </div>
      ))}
      <Button
        small
        icon="plus"
        onClick={() => change([...rows, { name: "", type: "String", value: "" }])}
      >
        Add attribute
      </Button>
    </fieldset>
  );
}

export function AttributesTable({ attributes }: { attributes: Attributes }) {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return <p class="muted">None.</p>;
  return (
    <table class="table">
      <thead>
        <tr>
          <th>Name</th>
          <th>Type</th>
          <th>Value</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(([name, { type, value }]) => (
          <tr key={name}>
            <th scope="row" class="mono">
              {name}
            </th>
            <td>{type}</td>
            <td class="mono wrap">{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
