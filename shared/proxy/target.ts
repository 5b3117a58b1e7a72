/** Which address of Plane a request means. Whatever is not plainly an address of Plane's API is refused here. */
import { SuiteError } from "../errors.ts";

export interface ProxyTarget {
  /** The segments after `/api/v1/`, decoded: `["workspaces", "acme", "projects"]`. */
  readonly segments: readonly string[];
  /** The slug, when the address is inside a workspace. */
  readonly workspace: string | undefined;
  /** The query as it was sent, without `?`. */
  readonly query: string;
  /** What follows the function's name, as it was sent but decoded: a signature covers exactly this. */
  readonly signedPath: string;
}

/** Where a request to the function goes: to the function itself, or on to Plane. */
export type Destination =
  | { readonly kind: "management" }
  | { readonly kind: "openapi" }
  | { readonly kind: "plane"; readonly target: ProxyTarget };

const FUNCTION = /^(?:\/functions\/v1)?\/plane-proxy(?=\/|$)/;
/** The only places of the API that hold anything; `/auth/`, `/god-mode/` and the web app's own `/api/` are elsewhere. */
const ROOTS = new Set(["workspaces", "users", "assets"]);
/**
 * Slugs, ids, identifiers such as `ACM-12`, names of collections. Nothing that another decoder could read as a
 * separator, a parameter or a step upwards: no `%`, `/`, `\`, `;`, `:`, space or control character, no dot in front.
 */
const SEGMENT = /^[\p{L}\p{N}_~-][\p{L}\p{N}._~-]{0,199}$/u;
/** A step upwards before anything was decoded; a URL parser would carry it out silently. */
const DOT_SEGMENT = /[/\\](?:\.|%2e){1,2}(?=[/\\?#]|$)/i;

const MOST_SEGMENTS = 24;
const LONGEST_QUERY = 8_192;

/**
 * Reads the address of a request as the function gets it: `/plane-proxy/api/v1/...`, or without `api/v1`.
 *
 * @throws SuiteError not_found for what is not Plane's API; bad_request for a path that is written in a way Plane never
 *   asks for (steps upwards, encoded separators, anything encoded twice) or a query of more than 8 KiB
 */
export function readDestination(requestUrl: string): Destination {
  const sent = requestUrl.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*/i, "").replace(/[?#].*$/s, "");
  if (DOT_SEGMENT.test(sent)) throw badPath();
  const { pathname, search } = new URL(requestUrl);
  const name = FUNCTION.exec(pathname)?.[0];
  if (name === undefined) throw new SuiteError("not_found");
  const rest = pathname.slice(name.length);
  if (rest === "" || rest === "/") return { kind: "management" };
  if (rest === "/openapi.json") return { kind: "openapi" };
  return { kind: "plane", target: readTarget(rest, search.slice(1)) };
}

function readTarget(path: string, query: string): ProxyTarget {
  const ends = path.endsWith("/") ? "/" : "";
  const all = path.slice(1, ends === "" ? undefined : -1).split("/").map(decodeSegment);
  const segments = all[0] === "api" && all[1] === "v1" ? all.slice(2) : all;
  const [root = "", second] = segments;
  // Both roots hold nothing themselves: the API begins below them.
  if (!ROOTS.has(root) || second === undefined) throw new SuiteError("not_found");
  if (all.length > MOST_SEGMENTS) throw badPath();
  if (query.length > LONGEST_QUERY) {
    throw new SuiteError("bad_request", { message: "The query is longer than 8 KiB." });
  }
  return {
    segments,
    workspace: root === "workspaces" ? second : undefined,
    query,
    signedPath: `/${all.join("/")}${ends}`,
  };
}

function decodeSegment(sent: string): string {
  let segment: string;
  try {
    segment = decodeURIComponent(sent);
  } catch {
    throw badPath();
  }
  if (!SEGMENT.test(segment)) throw badPath();
  return segment;
}

/** The target below Plane's API root, as it is asked for: always with the slash at its end, which Plane wants. */
export function planeAddress(apiRoot: string, target: ProxyTarget): string {
  const query = target.query === "" ? "" : `?${target.query}`;
  return `${apiRoot}${target.segments.map(encodeURIComponent).join("/")}/${query}`;
}

function badPath(): SuiteError {
  return new SuiteError("bad_request", { message: "This is not a path of Plane's API." });
}
