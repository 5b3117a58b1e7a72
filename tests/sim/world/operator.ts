/** Somebody in operations who takes back what a synchronisation has written, by the code of `?action=undo`. */
import { undo } from "../../../shared/history/undo.ts";
import type { SimLogLine, SimStore } from "./sim_store.ts";

/** A field whose synchronisation is to be taken back. */
export interface UndoGiven {
  readonly at: number;
  /** Plane's id of the pair. */
  readonly plane: string;
  readonly field: string;
  readonly side: "plane" | "odoo";
  /** What it is to be again, in the side's own form. */
  readonly to: unknown;
  /** Making the record is taken back: it alone goes into the archive. */
  readonly apart: boolean;
  /** The row of the log, and what it says was written. */
  readonly logId: string;
  readonly written: readonly unknown[];
}

const KINDS = ["issue", "cycle", "module"];

/** @param back which of the changes in the log, from the latest; with wrapping */
export async function takeBackSomething(store: SimStore, back: number, at: number): Promise<UndoGiven[]> {
  const lines = (await store.log()).filter(({ success, changes, pair }) =>
    success && changes.length > 0 && pair !== null && KINDS.includes(pair.planeType)
  );
  const line = chosenOf(lines, back);
  const plane = line?.pair?.planeId ?? null;
  if (line === undefined || plane === null) return [];
  const { undoing } = await undo(store.undoing, { logId: line.id }, { dryRun: false, by: "operator" });
  const isMaking = line.operation === "create" && line.changes.some(({ why }) => why === "created");
  return undoing.map(({ field, side, to, log_id: logId }) => ({
    at,
    plane,
    field,
    side,
    to,
    apart: isMaking,
    logId,
    written: line.changes.filter((change) => change.field === field).map((change) => change.to),
  }));
}

/** Taking back an edit is what is mostly asked for; also that a record was made, and what somebody has changed since, which must stay. */
function chosenOf(lines: readonly SimLogLine[], back: number): SimLogLine | undefined {
  const edits = lines.filter(({ changes }) => changes.every(({ why }) => why !== "created"));
  const overtaken = edits.filter((line, index) =>
    edits.slice(index + 1).some((later) => isSameField(line, later))
  );
  const asked = back % 3 === 0 ? lines : back % 3 === 1 && overtaken.length > 0 ? overtaken : edits;
  return asked.at(-1 - back % Math.max(asked.length, 1));
}

function isSameField(one: SimLogLine, other: SimLogLine): boolean {
  return one.pair?.planeId === other.pair?.planeId &&
    one.changes.some(({ field }) => other.changes.some((change) => change.field === field));
}
