/** Webhook bodies as a real Plane sent them, made distinct over a number of records. */

interface Capture {
  text: string;
  id: string;
  updatedAt: string;
}

/** Reads the captured bodies that carry a record with a stamp: changes of projects, work items, comments, cycles, modules. */
export function readCaptures(jsonLines: string): Capture[] {
  return jsonLines.split("\n").filter((line) => line !== "").flatMap((line) => {
    const { body } = JSON.parse(line) as { body: string };
    const data = recordOf(body);
    return typeof data?.id === "string" && typeof data.updated_at === "string"
      ? [{ text: body, id: data.id, updatedAt: data.updated_at }]
      : [];
  });
}

/**
 * Body number `index` of an endless row: the captures in turn, each time about another of `entities` records and with a
 * stamp of its own. Only the id and the stamp differ from the capture, byte for byte.
 */
export function bodyAt(captures: readonly Capture[], index: number, entities: number): string {
  const capture = captures[index % captures.length];
  if (capture === undefined) throw new Error("There are no captured bodies.");
  const stamp = new Date(Date.UTC(2027, 0, 1) + index).toISOString().replace("Z", "000Z");
  return capture.text
    .replaceAll(capture.id, entityId(index % entities))
    .replaceAll(capture.updatedAt, stamp);
}

function entityId(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** The record in a body; undefined when there is none, or the body is not JSON (one capture is not, on purpose). */
function recordOf(body: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body).data;
  } catch {
    return undefined;
  }
}
