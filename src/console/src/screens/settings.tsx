import { admin } from "../data/admin";
import { useLoad } from "../data/load";
import { Empty, ErrorBox, Skeleton } from "../parts/basics";
import { Json } from "../parts/json";
import { Page } from "../parts/page";
import { SearchBox } from "../parts/search";
import { route } from "../router";

export function Settings() {
  const { data, error, reload } = useLoad((signal) => admin.settings(signal), "settings");
  const search = (route.value.query.get("search") ?? "").toLowerCase();
  const entries = Object.entries(data ?? {}).filter(([name]) =>
    name.toLowerCase().includes(search),
  );
  return (
    <Page title="Settings">
      <div class="toolbar">
        <SearchBox label="Search settings" />
        <span class="toolbar-count">
          In force since the start; a file, the environment or flags set them.
        </span>
      </div>
      {error && <ErrorBox error={error} retry={reload} />}
      {!data && !error && <Skeleton rows={8} />}
      {data && entries.length === 0 && (
        <Empty icon="search" title={`No setting is called “${search}”`} />
      )}
      {entries.length > 0 && (
        <table class="table settings">
          <thead>
            <tr>
              <th>Setting</th>
              <th>Value</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(([name, value]) => (
              <tr key={name}>
                <th scope="row" class="mono">
                  {name}
                </th>
                <td>
                  <Value value={value} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Page>
  );
}

function Value({ value }: { value: unknown }) {
  if (value === "" || value === null) return <span class="muted">empty</span>;
  if (typeof value !== "object")
    return (
      <span class="mono wrap">{typeof value === "string" ? value : JSON.stringify(value)}</span>
    );
  if (Object.keys(value).length === 0) return <span class="muted">none</span>;
  return <Json value={value} />;
}
