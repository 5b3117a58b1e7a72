/**
 * When too much of a project has vanished at once, nothing is done about any of it: the key may have lost its sight, or somebody
 * made a mistake that can still be undone. The brake stays until somebody releases it, and until everything is there again.
 */
import { z } from "zod";
import { isTooMuch } from "./brake.ts";
import type { SweptKind } from "./pair_kinds.ts";
import { nowOf, type SweepDependencies } from "./reader.ts";

export interface BrakedPlace {
  side: "plane" | "odoo";
  /** A Plane type, or a model of Odoo. */
  type: string;
  project: string;
}

export const brakeShape = z.object({
  since: z.string(),
  vanished: z.number(),
  known: z.number(),
  state: z.enum(["open", "released"]),
});

const PREFIX = "brake";

function nameOf({ side, type, project }: BrakedPlace): string {
  return `${PREFIX}:${side}:${type}:${project}`;
}

/** Opens the brake when that is called for, or keeps it open. A released one lets one pass go. */
export async function isBraked(
  deps: SweepDependencies,
  place: BrakedPlace,
  vanished: number,
  known: number,
  kinds: readonly SweptKind[],
): Promise<boolean> {
  const swept = kinds.find(({ any }) => any.planeType === place.type || any.odooModel === place.type);
  const share = swept?.config.options.delete_share;
  if (!isTooMuch(vanished, known, share)) return false;
  const mark = (await deps.marks.all()).find(({ name }) => name === nameOf(place));
  const before = brakeShape.safeParse(mark?.value).data;
  if (before?.state === "released") return false;
  await deps.marks.put(nameOf(place), {
    since: before?.since ?? nowOf(deps),
    vanished,
    known,
    state: "open",
  });
  deps.sync.log("warn", "sweep_brake", { ...place, vanished, known });
  return true;
}

/** A pass went through. */
export async function closeBrake(
  { marks }: Pick<SweepDependencies, "marks">,
  place: BrakedPlace,
): Promise<void> {
  await marks.remove(nameOf(place));
}

/**
 * Lets the next pass of the project go through, whatever has vanished, and makes it due at once.
 *
 * @returns how many brakes were open
 */
export async function releaseBrakes(
  { marks }: Pick<SweepDependencies, "marks">,
  project: string,
): Promise<number> {
  let released = 0;
  for (const { name, value } of await marks.all()) {
    const brake = brakeShape.safeParse(value).data;
    const [prefix, side, type, of] = name.split(":");
    if (prefix !== PREFIX || of !== project || brake === undefined || brake.state !== "open") continue;
    await marks.put(name, { ...brake, state: "released" });
    // Work items are looked for by the full pass, cycles and modules by the sweep of their own.
    const reader = side === "odoo"
      ? `odoo:full:${type}`
      : `plane:${type === "issue" ? "full" : type}:${project}`;
    await marks.remove(reader);
    released += 1;
  }
  return released;
}
