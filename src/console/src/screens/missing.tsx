import { Empty } from "../parts/basics";
import { Page } from "../parts/page";
import { href } from "../router";

export function Missing() {
  return (
    <Page title="Not found">
      <Empty icon="search" title="There is no such screen">
        <p>
          <a href={href(["overview"])}>To the overview</a>
        </p>
      </Empty>
    </Page>
  );
}
