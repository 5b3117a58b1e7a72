/** Webhooks: verified, then stored together with others that arrive at the same time, patiently while the database is away. */
import { type Config, webhookSecrets } from "../../../shared/config.ts";
import type { Delivery } from "../../../shared/delivery.ts";
import { type Sql, withDeadline } from "../../../shared/store/database.ts";
import { recordDeliveries, recordDelivery, type StoredDelivery } from "../../../shared/store/deliveries.ts";
import { type Received, receiveWebhook } from "../../../shared/webhook/receive.ts";
import { storeTogether } from "../../../shared/webhook/store_together.ts";
import { storeWithPatience } from "../../../shared/webhook/store_with_patience.ts";
import { type Runtime, sleep } from "./runtime.ts";

/** One attempt to store may take this long, in ms. */
const STORE_ATTEMPT_MS = 5_000;

/** @returns a function that verifies and stores one webhook; it throws SuiteError when either fails */
export function createReceiving(
  config: Config,
  sql: Sql,
  runtime: Pick<Runtime, "monotonicMs">,
): (request: Request, source: "plane" | "odoo") => Promise<Received> {
  const storeDelivery = storeTogether<{ delivery: Delivery; body: string }, StoredDelivery>({
    storeOne: ({ delivery, body }) => withDeadline(recordDelivery(sql, delivery, body), STORE_ATTEMPT_MS),
    storeMany: (deliveries) => withDeadline(recordDeliveries(sql, deliveries), STORE_ATTEMPT_MS),
    sizeOf: ({ body }) => body.length,
  }, {
    // The other half of the connections is the drain's.
    statements: Math.ceil(config.databaseConnections / 2),
    items: 32,
    size: 1_000_000,
  });
  const store = storeWithPatience(
    (delivery: Delivery, body: string) => storeDelivery({ delivery, body }),
    {
      patienceMs: config.storeRetryMs,
      maxHeld: config.maxHeldRequests,
      now: runtime.monotonicMs,
      sleep,
    },
  );
  return (request, source) =>
    receiveWebhook(request, source, {
      secrets: (of) => webhookSecrets(config, of),
      maxBodyBytes: config.maxBodyBytes,
      store,
      now: Date.now,
      randomId: () => crypto.randomUUID(),
    });
}
