import { useCallback } from "preact/hooks";

import { admin } from "../data/admin";
import { usePages } from "../data/pages";
import type { Delivery } from "../data/types";
import { arnParts, count, endpointName, plural } from "../format";
import { Badge, Button, Empty, ErrorBox, Skeleton } from "../parts/basics";
import { Page } from "../parts/page";
import { Countdown } from "../parts/values";
import { VirtualList } from "../parts/virtual_list";
import { amend, historyHref, route, topicHref } from "../router";

export function Deliveries() {
  const subscription = route.value.query.get("subscription") ?? "";
  const list = usePages<Delivery>(
    (request) => admin.deliveries(request, subscription),
    `deliveries/${subscription}`,
  );
  const see = useCallback((first: number, last: number) => list.see(first, last), [list]);
  return (
    <Page title="Deliveries">
      <div class="toolbar">
        {subscription && (
          <span class="filter-chip">
            <span class="mono">{subscription}</span>
            <Button small onClick={() => amend({ subscription: undefined })}>
              Show all
            </Button>
          </span>
        )}
        {list.loaded && (
          <span class="toolbar-count" role="status">
            {count(list.count)} waiting
          </span>
        )}
      </div>
      {list.error && <ErrorBox error={list.error} retry={() => void list.refresh()} />}
      {!list.loaded && !list.error && <Skeleton rows={6} />}
      {list.loaded && list.rows === 0 && (
        <Empty icon="delivery" title="Nothing waits to be delivered">
          <p>
            What endpoints over HTTP, HTTPS, Lambda or email could not take yet is listed here, with
            the next attempt.
          </p>
        </Empty>
      )}
      {list.rows > 0 && (
        <VirtualList
          class="deliveries"
          label="Deliveries"
          rows={list.rows}
          count={list.count}
          see={see}
          heights={{ wide: 58, narrow: 104 }}
          head={
            <>
              <div role="columnheader" class="c-name">
                Endpoint
              </div>
              <div role="columnheader" class="c-answer">
                Last answer
              </div>
              <div role="columnheader" class="c-num">
                Attempts
              </div>
              <div role="columnheader" class="c-time">
                Next attempt
              </div>
            </>
          }
          row={(index, focus) => {
            const delivery = list.at(index);
            if (!delivery) return <div class="skeleton" role="gridcell" />;
            return (
              <>
                <div role="gridcell" class="c-name two-lines">
                  <span class="line">
                    <Badge>{delivery.protocol}</Badge>
                    <a class="row-link" href={historyHref(delivery.messageId)} {...focus}>
                      {endpointName(delivery)}
                    </a>
                  </span>
                  <span class="line muted">
                    <a class="above" tabIndex={-1} href={topicHref(arnParts(delivery.topic))}>
                      {arnParts(delivery.topic).name}
                    </a>
                    <span class="mono">{delivery.messageId}</span>
                  </span>
                </div>
                <div
                  role="gridcell"
                  class={`c-answer ${delivery.lastAnswer ? "tone-bad text" : "muted"}`}
                >
                  {delivery.lastAnswer ?? "not tried yet"}
                </div>
                <div role="gridcell" class="c-num">
                  {delivery.attempts}
                  <span class="c-unit"> {plural(delivery.attempts, "attempt")}</span>
                </div>
                <div role="gridcell" class="c-time">
                  {delivery.nextAttemptAt ? <Countdown until={delivery.nextAttemptAt} /> : "now"}
                </div>
              </>
            );
          }}
        />
      )}
    </Page>
  );
}
