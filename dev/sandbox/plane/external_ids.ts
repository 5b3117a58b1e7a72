/** The pair `external_id` + `external_source`: checked before a write, never enforced by the database. */
import { crash, taken } from "./answers.ts";
import { orNull, text } from "./fields.ts";
import type { External } from "./model.ts";
import type { JsonObject } from "./python_json.ts";
import type { World } from "./world.ts";

export const externalReaders = {
  external_id: orNull(text({ max: 255, blank: true })),
  external_source: orNull(text({ max: 255, blank: true })),
};

type Kind = External & { readonly id: string };

/** Throws 409 with the id of the owner when a new record claims a taken pair. Both halves must be given. */
export function refuseTakenPair(world: World, body: JsonObject, records: Iterable<Kind>, noun: string): void {
  if (!body.external_id || !body.external_source) return;
  const owner = world.byExternalId(records, body.external_id, body.external_source)[0];
  if (owner) throw taken(`${noun} with the same external id and external source already exists`, owner.id);
}

/** On PATCH only a changed `external_id` is checked, and the 409 names the patched record, not the owner. */
export function refuseTakenPairOnUpdate(
  world: World,
  body: JsonObject,
  record: Kind,
  records: Iterable<Kind>,
  noun: string,
): void {
  if (!body.external_id || String(body.external_id) === record.external_id) return;
  const source = body.external_source ?? record.external_source;
  const clash = world.byExternalId(records, body.external_id, source).length > 0;
  if (clash) throw taken(`${noun} with the same external id and external source already exists`, record.id);
}

/** `?external_id=&external_source=`: one record, 404 for none, 500 for more than one. */
export function single<Found>(matches: readonly Found[]): Found | undefined {
  if (matches.length > 1) throw crash();
  return matches[0];
}
