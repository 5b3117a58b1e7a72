/**
 * A small authorization server with Plane's addresses and documented answers: consent, the two grants, installation lookup. In
 * memory, on 127.0.0.1; everybody who opens the consent page consents.
 */
import { Grants, type RefreshPolicy } from "./grants.ts";
import { type Requested, token, type TokenFault } from "./token_endpoint.ts";

export interface SandboxOAuthOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly now?: () => number;
  /** In [0, 1): secrets are drawn from it. */
  readonly random?: () => number;
  /** Seconds; default 86400, as Plane. */
  readonly expiresIn?: number;
  /** Default: rotates, without grace, detects reuse. */
  readonly policy?: Partial<RefreshPolicy>;
  /** The only addresses it sends a browser to; default: any. */
  readonly redirectUris?: readonly string[];
  readonly workspace?: { readonly id: string; readonly slug: string };
  /** Who acts with a bot's token, and who with a person's. */
  readonly botUserId?: string;
  readonly userId?: string;
}

export interface SandboxOAuth {
  /** Without a path and without a slash at the end. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly grants: Grants;
  /** Every request to the token endpoint, with its outcome; no secrets. */
  readonly requested: readonly Requested[];
  /** What happens to the next requests to the token endpoint, in order. */
  readonly faults: TokenFault[];
  /** What the consent page answers; `deny` as a person who refuses. */
  consent: "grant" | "deny";
  close(): Promise<void>;
}

export function startSandboxOAuth(options: SandboxOAuthOptions = {}): SandboxOAuth {
  const random = options.random ?? Math.random;
  const name = () => Math.floor(random() * 2 ** 32).toString(36).padStart(7, "0");
  const grants = new Grants({
    now: options.now ?? Date.now,
    random,
    expiresIn: options.expiresIn ?? 86_400,
    policy: { rotate: true, graceMs: 0, detectReuse: true, ...options.policy },
  });
  const clientId = `client-${name()}`;
  const clientSecret = `plane_oauth_secret_${name()}${name()}`;
  const workspace = options.workspace ?? { id: crypto.randomUUID(), slug: "acme" };
  const users = {
    bot: options.botUserId ?? crypto.randomUUID(),
    user: options.userId ?? crypto.randomUUID(),
  };
  const requested: Requested[] = [];
  const faults: TokenFault[] = [];

  async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    switch (`${request.method} ${url.pathname}`) {
      case "GET /auth/o/authorize-app/":
        return consentPage(url.searchParams);
      case "POST /auth/o/token/":
        return await token(request, { grants, clientId, clientSecret, requested, faults });
      case "GET /auth/o/app-installation/":
        return installation(request, url.searchParams.get("id"));
      case "GET /api/v1/users/me/": {
        const actor = actorOf(request);
        return actor === undefined
          ? unauthorized()
          : Response.json({ id: users[actor], display_name: actor });
      }
      default:
        return Response.json({ error: "Page not found." }, { status: 404 });
    }
  }

  function consentPage(query: URLSearchParams): Response {
    const redirectUri = query.get("redirect_uri") ?? "";
    const known = options.redirectUris?.includes(redirectUri) ?? URL.canParse(redirectUri);
    if (query.get("client_id") !== clientId || query.get("response_type") !== "code" || !known) {
      return Response.json({ error: "invalid_request" }, { status: 400 });
    }
    const back = new URL(redirectUri);
    const state = query.get("state");
    if (state !== null) back.searchParams.set("state", state);
    if (sandbox.consent === "deny") back.searchParams.set("error", "access_denied");
    else {
      const id = crypto.randomUUID();
      grants.install(id);
      back.searchParams.set("app_installation_id", id);
      const challenge = query.get("code_challenge");
      back.searchParams.set(
        "code",
        grants.addCode({ redirectUri, challenge, scope: query.get("scope") ?? "" }),
      );
    }
    return new Response(null, { status: 302, headers: { location: back.href } });
  }

  function installation(request: Request, id: string | null): Response {
    if (actorOf(request) !== "bot") return unauthorized();
    if (id === null || !grants.installations.has(id)) return Response.json([]);
    const { id: workspaceId, slug } = workspace;
    const workspace_detail = { id: workspaceId, slug, name: slug };
    return Response.json([{
      id,
      workspace: workspaceId,
      workspace_detail,
      app_bot: users.bot,
      status: "installed",
    }]);
  }

  function actorOf(request: Request): "bot" | "user" | undefined {
    const [, text] = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "") ?? [];
    return text === undefined ? undefined : grants.actor(text);
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: options.port ?? 0, onListen: () => {} }, handle);
  const sandbox: SandboxOAuth = {
    url: `http://127.0.0.1:${server.addr.port}`,
    clientId,
    clientSecret,
    grants,
    requested,
    faults,
    consent: "grant",
    close: () => server.shutdown(),
  };
  return sandbox;
}

function unauthorized(): Response {
  return Response.json({ detail: "Authentication credentials were not provided." }, { status: 401 });
}
