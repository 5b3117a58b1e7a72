/** From a request to an answer: route, key, right, limit, handler, in Plane's order. */
import { accountRoutes } from "./accounts.ts";
import { activityRoutes } from "./activities.ts";
import { type Answer, ApiError, denied, pageNotFound, unparsable } from "./answers.ts";
import { asObject, type Call, type Method, type Route } from "./call.ts";
import { commentRoutes } from "./comments.ts";
import { cycleRoutes } from "./cycles.ts";
import { intakeRoutes } from "./intake.ts";
import { labelRoutes } from "./labels.ts";
import { linkRoutes, relationRoutes } from "./links.ts";
import type { ApiKey } from "./model.ts";
import { moduleRoutes } from "./modules.ts";
import { projectRoutes } from "./projects.ts";
import type { JsonObject } from "./python_json.ts";
import { stateRoutes } from "./states.ts";
import { Throttle } from "./throttle.ts";
import { workItemRoutes } from "./work_items.ts";
import type { World } from "./world.ts";

const ROUTES: readonly Route[] = [
  ...accountRoutes,
  ...projectRoutes,
  ...stateRoutes,
  ...labelRoutes,
  ...workItemRoutes,
  ...commentRoutes,
  ...activityRoutes,
  ...linkRoutes,
  ...relationRoutes,
  ...cycleRoutes,
  ...moduleRoutes,
  ...intakeRoutes,
];

const ROOT = "/api/v1/";
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const METHODS: readonly Method[] = ["GET", "POST", "PATCH", "DELETE"];

export interface PlaneRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly apiKey: string | null;
  readonly contentType: string;
  readonly body: string;
}

export class Router {
  readonly #throttle = new Throttle();

  constructor(readonly world: World) {}

  async answer(request: PlaneRequest): Promise<Answer> {
    const match = resolve(request.path);
    if (match === undefined) {
      const slashed = `${request.path}/`;
      if (request.path.endsWith("/") || resolve(slashed) === undefined) return pageNotFound;
      return { status: 301, headers: { Location: slashed, "Content-Type": "text/html; charset=utf-8" } };
    }
    const { route, params } = match;
    const headers: Record<string, string> = {
      Allow: METHODS.filter((method) => route.methods[method]).join(", "),
    };
    try {
      const key = this.#authenticate(request.apiKey);
      const user = this.world.users.get(key.userId);
      if (user === undefined) throw denied();
      const { method, query } = request;
      const call: Call = {
        world: this.world,
        zone: user.timezone,
        user,
        method,
        params,
        query,
        body: () => parse(request),
      };
      if (!route.allowed(call)) throw denied();
      Object.assign(headers, this.#throttle.count(key, this.world.clock.seconds()));
      const handler = METHODS.includes(method as Method) ? route.methods[method as Method] : undefined;
      if (handler === undefined) throw new ApiError(405, { detail: `Method "${method}" not allowed.` });
      const answer = await handler(call);
      return { ...answer, headers: { ...headers, ...answer.headers } };
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      return { status: thrown.status, body: thrown.body, headers: { ...headers, ...thrown.headers } };
    }
  }

  /** No key is 401; a wrong or expired one is 403. `Authorization: Bearer` is not looked at. */
  #authenticate(token: string | null): ApiKey {
    if (token === null || token === "") {
      throw new ApiError(401, { detail: "Authentication credentials were not provided." });
    }
    const key = this.world.keys.get(token);
    if (key === undefined || key.expired) throw new ApiError(403, { detail: "Given API token is not valid" });
    return key;
  }
}

function resolve(path: string): { route: Route; params: Record<string, string> } | undefined {
  if (!path.startsWith(ROOT) || !path.endsWith("/")) return undefined;
  const given = path.slice(ROOT.length, -1).split("/");
  for (const route of ROUTES) {
    const params = bind(route.path.split("/"), given);
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

function bind(pattern: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const value = given[index] ?? "";
    const name = part.startsWith(":") ? part.slice(1) : undefined;
    if (name === undefined) {
      if (part !== value) return undefined;
      continue;
    }
    if (name === "identifier" ? !/-\d+$/.test(value) : name !== "slug" && !UUID.test(value)) return undefined;
    params[name] = decodeURIComponent(value);
  }
  return params;
}

function parse({ contentType, body }: PlaneRequest): JsonObject {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/x-www-form-urlencoded") return Object.fromEntries(new URLSearchParams(body));
  if (body === "") return {};
  if (type !== "application/json") {
    throw new ApiError(415, { detail: `Unsupported media type "${contentType}" in request.` });
  }
  let parsed;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw unparsable(`JSON parse error - ${pythonComplaint(body)}`);
  }
  return asObject(parsed);
}

/** Python's words for the two commonest mistakes: no JSON at all, and an object whose first key has no quotes. */
function pythonComplaint(body: string): string {
  const keyAt = /^\s*\{\s*/.exec(body)?.[0].length;
  if (keyAt === undefined || body[keyAt] === '"') return "Expecting value: line 1 column 1 (char 0)";
  return `Expecting property name enclosed in double quotes: line 1 column ${keyAt + 1} (char ${keyAt})`;
}
