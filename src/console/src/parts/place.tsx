import type { Place } from "../data/types";
import { home } from "../state";
import { Badge, Field } from "./basics";

// Said only of what is not where the broker's defaults are.
export function PlaceBadge({ place: { account, region } }: { place: Place }) {
  if (account === home().account && region === home().region) return null;
  return (
    <Badge>
      {account} · {region}
    </Badge>
  );
}

export function PlaceFields({ place, change }: { place: Place; change: (place: Place) => void }) {
  return (
    <details class="more">
      <summary>
        Account and region: {place.account}, {place.region}
      </summary>
      <div class="columns">
        <Field label="Account">
          {(id) => (
            <input
              id={id}
              value={place.account}
              pattern="[0-9]{12}"
              required
              onInput={(event) => change({ ...place, account: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="Region">
          {(id) => (
            <input
              id={id}
              value={place.region}
              required
              onInput={(event) => change({ ...place, region: event.currentTarget.value })}
            />
          )}
        </Field>
      </div>
    </details>
  );
}
