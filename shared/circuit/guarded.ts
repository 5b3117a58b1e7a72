/** The clients of both sides, behind a breaker each. */
import type { OdooClient } from "../odoo/client.ts";
import type { PlaneTransport } from "../plane/transport.ts";
import type { Breaker } from "./breaker.ts";

/** Every call goes through the breaker; a refused one throws SuiteError circuit_open and sends nothing. */
export function guardedOdoo(client: OdooClient, breaker: Breaker): OdooClient {
  return {
    get protocol() {
      return client.protocol;
    },
    call: (...given) => breaker.run(() => client.call(...given)),
    search: (...given) => breaker.run(() => client.search(...given)),
    searchRead: (...given) => breaker.run(() => client.searchRead(...given)),
    read: (...given) => breaker.run(() => client.read(...given)),
    write: (...given) => breaker.run(() => client.write(...given)),
    create: (...given) => breaker.run(() => client.create(...given)),
    load: (...given) => breaker.run(() => client.load(...given)),
    fieldsGet: (...given) => breaker.run(() => client.fieldsGet(...given)),
    version: (...given) => breaker.run(() => client.version(...given)),
  };
}

/** The same for single requests to Plane: goes inside the retries, so that those end when it opens, and outside the budget. */
export function guardedPlane(transport: PlaneTransport, breaker: Breaker): PlaneTransport {
  return (request) => breaker.run(() => transport(request));
}
