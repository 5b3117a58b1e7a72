/** Workers with one grant between them, over a real database and a modelled authorization server, on a clock of the test's own. */
import { Grants, type RefreshPolicy } from "../../dev/sandbox/oauth/grants.ts";
import { token, type TokenEndpoint } from "../../dev/sandbox/oauth/token_endpoint.ts";
import { type KeyRing, readKeyRing } from "../../shared/crypto/key_ring.ts";
import { toSuiteError } from "../../shared/errors.ts";
import { createAuthorizationServer, TOKEN_REQUEST_MS } from "../../shared/oauth/authorization_server.ts";
import { oauthCredential } from "../../shared/oauth/credential.ts";
import { type RefreshDependencies, refreshToken } from "../../shared/oauth/refresh.ts";
import { sealAnew } from "../../shared/oauth/schedule.ts";
import { lifetimeOf } from "../../shared/oauth/timing.ts";
import { sealTokenSet } from "../../shared/oauth/token_set.ts";
import { createLog } from "../../shared/log.ts";
import { openDatabase, type Sql } from "../../shared/store/database.ts";
import { createGrantStore } from "../../shared/store/oauth/oauth_grants.ts";
import { tokensNotSealedWith } from "../../shared/store/oauth/oauth_overview.ts";
import { createTokenStore, type TokenStore } from "../../shared/store/oauth/oauth_tokens.ts";
import { createTestDatabase } from "./database.ts";
import type { Turns } from "./oauth_turns.ts";

const LIFETIME_S = 86_400;
const GOLDEN_RATIO = 0.618_033_988_749_895;
const [OLD, NEW] = [7, 9].map((byte) => btoa(String.fromCharCode(byte).repeat(32)));
/** The three steps of a change of key, as an operator deploys them. */
export const RINGS = {
  old: await readKeyRing(JSON.stringify({ old: OLD })),
  both: await readKeyRing(JSON.stringify({ old: OLD, new: NEW })),
  turned: await readKeyRing(JSON.stringify({ new: NEW, old: OLD })),
  new: await readKeyRing(JSON.stringify({ new: NEW })),
};

export interface Scene {
  readonly kind: "bot" | "user";
  readonly policy: RefreshPolicy;
  /** What a worker gets when the answer comes after its time limit: nothing, or (it was frozen meanwhile) the answer. */
  readonly late: "timeout" | "answer";
}

export class OAuthWorkers {
  readonly lines: string[] = [];
  readonly endpoint: TokenEndpoint;
  id = "";
  #nowMs = Date.UTC(2026, 1, 1);
  #drawn = 0;

  constructor(readonly sql: Sql, readonly scene: Scene) {
    const grants = new Grants({
      now: () => this.#nowMs,
      // All different, and the same in every run: a token that is issued twice would pass for one that was used before.
      random: () => ++this.#drawn * GOLDEN_RATIO % 1,
      expiresIn: LIFETIME_S,
      policy: scene.policy,
    });
    this.endpoint = {
      grants,
      clientId: "client",
      clientSecret: "plane_oauth_secret_of_tests",
      requested: [],
      faults: [],
    };
  }

  /** A consent that just ended: a bot without a token, a person with both. */
  async consent(ring: KeyRing = RINGS.old): Promise<void> {
    const { grants } = this.endpoint;
    const store = createGrantStore(this.sql);
    if (this.scene.kind === "bot") {
      const installation = crypto.randomUUID();
      grants.install(installation);
      this.id = await store.install(installation, "key:test");
      return;
    }
    const answer = grants.userTokens("");
    this.id = crypto.randomUUID();
    const tokens = {
      access: answer.access_token,
      refresh: answer.refresh_token ?? null,
      previousRefresh: null,
    };
    const sealed = await sealTokenSet(ring, this.id, 1, tokens);
    const lifetime = lifetimeOf(await store.now(), answer.expires_in, 0);
    await store.addUser(this.id, "key:test", sealed, lifetime, null);
  }

  /** Time passes, in ms: for the server, the workers and, seen from the row, the database. */
  async pass(milliseconds: number): Promise<void> {
    this.#nowMs += milliseconds;
    const by = milliseconds / 1000;
    await this.sql`
      update plane.oauth_token set expires_at = expires_at - make_interval(secs => ${by}),
        usable_until = usable_until - make_interval(secs => ${by}), refresh_at = refresh_at - make_interval(secs => ${by}),
        lease_until = lease_until - make_interval(secs => ${by}),
        cooldown_until = cooldown_until - make_interval(secs => ${by})
      where id = ${this.id}`;
  }

  expire(): Promise<void> {
    return this.pass(LIFETIME_S * 1000 + 1);
  }

  dependencies(worker: number, turns: Turns, ring: KeyRing): RefreshDependencies {
    const settings = {
      clientId: "client",
      clientSecret: "plane_oauth_secret_of_tests",
      serverUrl: "http://127.0.0.1:9",
      scope: undefined,
      redirectUrl: "http://127.0.0.1:9/callback",
      pkce: true,
      userFlow: true,
    };
    const ask: typeof fetch = async (input, init) => {
      const { signal: _signal, ...request } = init ?? {};
      const sentAt = this.#nowMs;
      const inTime = () => this.#nowMs - sentAt <= TOKEN_REQUEST_MS;
      const timedOut = () => Promise.reject(new TypeError("timed out"));
      // A request whose sender gave up has lost its connection: it has arrived by then, or never does.
      const arrive = () => inTime() ? token(new Request(String(input), request), this.endpoint) : timedOut();
      const answer = await turns.step(worker, "work", arrive);
      return await turns.step(
        worker,
        "work",
        () => inTime() || this.scene.late === "answer" ? Promise.resolve(answer) : timedOut(),
      );
    };
    return {
      tokens: inTurns(createTokenStore(this.sql), worker, turns),
      ring: () => Promise.resolve(ring),
      server: () => createAuthorizationServer(settings, { fetch: ask }),
      now: () => this.#nowMs,
      random: () => 0.5,
      // Nobody has to wake in time: a pause is a few seconds here.
      sleep: (milliseconds) => turns.step(worker, "pause", () => this.pass(Math.max(milliseconds, 5_000))),
      log: createLog((line) => this.lines.push(line), () => this.#nowMs, "debug"),
    };
  }

  /** A worker that wants a token and tries again while that may help. Returns the token, or the code of why there is none. */
  async wants(worker: number, turns: Turns, ring: KeyRing = RINGS.old): Promise<string> {
    const deps = this.dependencies(worker, turns, ring);
    const credential = oauthCredential("test", {
      ...deps,
      find: () => deps.tokens.read(this.id),
      refresh: (id, unusable) => refreshToken(deps, id, unusable),
    });
    for (;;) {
      try {
        return ((await credential.headers()).Authorization ?? "").replace("Bearer ", "");
      } catch (thrown) {
        const { code, retryAfterMs } = toSuiteError(thrown);
        if (code !== "oauth_unavailable" && code !== "lease_lost") {
          if (code === "internal") throw thrown;
          return code;
        }
        await deps.sleep(retryAfterMs ?? 0);
      }
    }
  }

  /** A worker that seals everything with the ring's first key, again and again until nothing is left. */
  async sealsAnew(worker: number, turns: Turns, ring: KeyRing): Promise<void> {
    const deps = this.dependencies(worker, turns, ring);
    const notSealedWith = (keyId: string, limit: number) =>
      turns.step(worker, "work", () => tokensNotSealedWith(this.sql, keyId, limit));
    while ((await sealAnew({ ...deps, notSealedWith }, 10)).resealed > 0);
  }

  /** The row as a dump would have it, and everything that was logged. */
  async everythingWritten(): Promise<string> {
    const rows = await this.sql`
      select to_jsonb(t)::text || encode(coalesce(access_sealed, ''), 'escape') || encode(coalesce(refresh_sealed, ''), 'escape')
        as line from plane.oauth_token t
      union all select to_jsonb(e)::text from ops.events e`;
    return rows.map(({ line }) => line).join("\n") + this.lines.join("\n");
  }
}

function inTurns(store: TokenStore, worker: number, turns: Turns): TokenStore {
  const step = <Value>(run: () => Promise<Value>) => turns.step(worker, "work", run);
  return {
    read: (id) => step(() => store.read(id)),
    findBot: (slug) => step(() => store.findBot(slug)),
    claim: (id, unusable, lease) => step(() => store.claim(id, unusable, lease)),
    store: (id, tokens) => step(() => store.store(id, tokens)),
    reseal: (id, version, sealed) => step(() => store.reseal(id, version, sealed)),
    fail: (id, failure) => step(() => store.fail(id, failure)),
  };
}

/** A database with one connection for what workers do in turns. */
export async function withOAuthDatabase(test: (sql: Sql) => Promise<void>): Promise<void> {
  await using database = await createTestDatabase();
  const sql = openDatabase({ databaseUrl: database.url, databasePrepare: "on", databaseConnections: 1 });
  try {
    await test(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
