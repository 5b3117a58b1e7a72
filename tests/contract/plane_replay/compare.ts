/**
 * Compares a captured JSON text with a replayed one. Keys, their order, kinds of values, number kinds (1 or 1.0) and
 * plain texts must be equal. Ids are translated as they are met; stamps are compared by their form only.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UUID_IN_TEXT = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?(Z|[+-]\d\d:\d\d)$/;

/** From ids of the capture to ids of the replay. */
export class Ids {
  readonly #known = new Map<string, string>();

  learn(captured: string, replayed: string): void {
    if (!this.#known.has(captured)) this.#known.set(captured, replayed);
  }

  translate(text: string): string {
    return text.replace(UUID_IN_TEXT, (id) => this.#known.get(id) ?? id);
  }

  /** A pair not met before is learnt; afterwards the same id must come again. */
  agree(captured: string, replayed: string): boolean {
    this.learn(captured, replayed);
    return this.#known.get(captured) === replayed;
  }
}

/** Parses with the kind of each number kept: `{"float": "65535.0"}` differs from `{"integer": "65535"}`. */
function parseKeepingNumbers(text: string): unknown {
  const marked = text.replace(
    /"(?:[^"\\]|\\.)*"|-?\d+(\.\d+)?([eE][+-]?\d+)?/g,
    (token, fraction, exponent) =>
      token.startsWith('"') ? token : `{"${fraction || exponent ? "float" : "integer"}":"${token}"}`,
  );
  return JSON.parse(marked);
}

/** The places where the two differ, as `path: captured -> replayed`. Empty when they agree. */
export function compareJson(captured: string, replayed: string, ids: Ids): string[] {
  if (captured === "" || replayed === "") {
    return captured === replayed ? [] : [`body: ${brief(captured)} -> ${brief(replayed)}`];
  }
  const differences: string[] = [];
  walk(parseKeepingNumbers(captured), parseKeepingNumbers(replayed), "", ids, differences);
  return differences;
}

const brief = (value: unknown) => {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
};

function walk(captured: unknown, replayed: unknown, path: string, ids: Ids, differences: string[]): void {
  const differ = () => differences.push(`${path || "body"}: ${brief(captured)} -> ${brief(replayed)}`);
  if (Array.isArray(captured) && Array.isArray(replayed)) {
    if (captured.length !== replayed.length) {
      return void differences.push(`${path}: ${captured.length} -> ${replayed.length} items`);
    }
    captured.forEach((item, index) => walk(item, replayed[index], `${path}[${index}]`, ids, differences));
    return;
  }
  if (isRecord(captured) && isRecord(replayed)) {
    const [left, right] = [Object.keys(captured), Object.keys(replayed)];
    if (left.join() !== right.join()) {
      differences.push(`${path || "body"}: keys ${left.join()} -> ${right.join()}`);
    }
    for (const key of left) {
      if (key in replayed) {
        walk(captured[key], replayed[key], path ? `${path}.${key}` : key, ids, differences);
      }
    }
    return;
  }
  if (typeof captured !== "string" || typeof replayed !== "string") {
    if (captured !== replayed) differ();
  } else if (UUID.test(captured) && UUID.test(replayed)) {
    if (!ids.agree(captured, replayed)) differ();
  } else if (STAMP.test(captured) && STAMP.test(replayed)) {
    // The fraction is left out when it is zero, which no clock can be asked for.
    if (zoneOf(captured) !== zoneOf(replayed)) differ();
  } else if (ids.translate(captured) !== replayed) differ();
}

const zoneOf = (stamp: string) => /(Z|[+-]\d\d:\d\d)$/.exec(stamp)?.[0];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
