/**
 * Plane's authorization server, as far as Plane documents it: two grants for two kinds of tokens. The protocol is oauth4webapi's;
 * here is what is Plane's own (addresses, the installation id, where the client's secret goes) and what its failures mean.
 */
import * as oauth from "oauth4webapi";
import { type OAuthAttempt, oauthFailure } from "./failures.ts";
import type { OAuthSettings } from "./settings.ts";

export interface IssuedToken {
  readonly access: string;
  /** Seconds; Plane says 86400. */
  readonly expiresIn: number;
  /** Absent for bots always, for people when the server does not rotate. */
  readonly refresh: string | null;
  readonly scope: string | null;
}

/** Every method but the first asks the server and throws SuiteError oauth_*; none is repeated by itself. */
export interface AuthorizationServer {
  /** Where the browser goes to consent. With a challenge (PKCE) where the flow has a code to protect. */
  consentUrl(state: string, codeChallenge?: string): string;
  /** `client_credentials` for one installation; asked again instead of refreshed. */
  botToken(appInstallationId: string): Promise<IssuedToken>;
  /** Trades the code of a consent; `callback` is the query of the redirect. */
  exchangeCode(callback: URLSearchParams, state: string, codeVerifier: string | null): Promise<IssuedToken>;
  refresh(refreshToken: string): Promise<IssuedToken>;
  /** @throws SuiteError oauth_denied when the person, or the server, refused; oauth_state_invalid for a malformed answer */
  checkConsent(callback: URLSearchParams, state: string): void;
}

/** One request may take this long, in ms; well inside the lease of a refresh. */
export const TOKEN_REQUEST_MS = 15_000;

/** Where the answer says nothing about it; RFC 6749 leaves that to us. */
const USUAL_LIFETIME_S = 3_600;
const LONGEST_LIFETIME_S = 366 * 86_400;

export function createAuthorizationServer(
  settings: OAuthSettings,
  deps: { fetch: typeof fetch; timeoutMs?: number },
): AuthorizationServer {
  const { serverUrl, clientId, clientSecret, redirectUrl, scope } = settings;
  const server: oauth.AuthorizationServer = {
    issuer: serverUrl,
    authorization_endpoint: `${serverUrl}/auth/o/authorize-app/`,
    token_endpoint: `${serverUrl}/auth/o/token/`,
  };
  const client: oauth.Client = { client_id: clientId };
  const inForm = oauth.ClientSecretPost(clientSecret);
  const inHeader = basicAuthentication(clientSecret);
  const options = () => ({
    [oauth.customFetch]: async (url: string, init: oauth.CustomFetchOptions<"POST", URLSearchParams>) =>
      await readWhole(await deps.fetch(url, { ...init, body: init.body, signal: init.signal ?? null })),
    // A self-hosted server, or the sandbox, may be plain http on a private network; the address is ours, not a caller's.
    [oauth.allowInsecureRequests]: serverUrl.startsWith("http://"),
    signal: AbortSignal.timeout(deps.timeoutMs ?? TOKEN_REQUEST_MS),
  });
  const scoped: Record<string, string> = scope === undefined ? {} : { scope };

  return {
    consentUrl(state, codeChallenge) {
      const url = new URL(`${serverUrl}/auth/o/authorize-app/`);
      url.search = new URLSearchParams({
        client_id: clientId,
        response_type: "code",
        redirect_uri: redirectUrl,
        ...scoped,
        state,
        ...(codeChallenge === undefined
          ? {}
          : { code_challenge: codeChallenge, code_challenge_method: "S256" }),
      }).toString();
      return url.href;
    },
    botToken: (appInstallationId) =>
      attempt("bot_token", async () => {
        const parameters = { app_installation_id: appInstallationId, ...scoped };
        const answer = await oauth.clientCredentialsGrantRequest(
          server,
          client,
          inHeader,
          parameters,
          options(),
        );
        return issued(await oauth.processClientCredentialsResponse(server, client, answer));
      }),
    exchangeCode: (callback, state, codeVerifier) =>
      attempt("exchange_code", async () => {
        const answer = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          inForm,
          oauth.validateAuthResponse(server, client, callback, state),
          redirectUrl,
          codeVerifier ?? oauth.nopkce,
          options(),
        );
        return issued(await oauth.processAuthorizationCodeResponse(server, client, answer));
      }),
    refresh: (refreshToken) =>
      attempt("refresh_token", async () => {
        const answer = await oauth.refreshTokenGrantRequest(server, client, inForm, refreshToken, options());
        return issued(await oauth.processRefreshTokenResponse(server, client, answer));
      }),
    checkConsent(callback, state) {
      try {
        oauth.validateAuthResponse(server, client, callback, state);
      } catch (thrown) {
        throw oauthFailure("consent", thrown);
      }
    },
  };
}

async function attempt(what: OAuthAttempt, ask: () => Promise<IssuedToken>): Promise<IssuedToken> {
  try {
    return await ask();
  } catch (thrown) {
    throw oauthFailure(what, thrown);
  }
}

function issued(answer: oauth.TokenEndpointResponse): IssuedToken {
  const seconds = answer.expires_in ?? USUAL_LIFETIME_S;
  return {
    access: answer.access_token,
    expiresIn: Math.min(Math.max(seconds, 1), LONGEST_LIFETIME_S),
    refresh: answer.refresh_token ?? null,
    scope: answer.scope ?? null,
  };
}

/**
 * The answer with its body read, so that the time limit covers the body too. Without the header that some servers send beside
 * the body's error (`WWW-Authenticate`, with 401): the library would look at nothing else, and the body says more.
 */
async function readWhole(answer: Response): Promise<Response> {
  const text = await answer.text();
  const headers = new Headers(answer.headers);
  headers.delete("www-authenticate");
  return new Response(text === "" ? null : text, { status: answer.status, headers });
}

/**
 * HTTP Basic (RFC 6749, 2.3.1), escaping only what form encoding must escape. The library escapes `-` and `_` as well, which a
 * server that does not decode would take for another client; this form is read alike by both.
 */
function basicAuthentication(clientSecret: string): oauth.ClientAuth {
  const encoded = (text: string) => new URLSearchParams({ text }).toString().slice("text=".length);
  return (_server, client, _body, headers) => {
    headers.set("authorization", `Basic ${btoa(`${encoded(client.client_id)}:${encoded(clientSecret)}`)}`);
  };
}
