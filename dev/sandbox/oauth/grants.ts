/**
 * What an authorization server remembers: installations, codes, and tokens in families. A family is what grew out of one consent;
 * a server that detects reuse ends the whole of it. In memory, without HTTP.
 */

/** How the server treats refresh tokens; Plane's documentation leaves it open, so clients must live with all of these. */
export interface RefreshPolicy {
  /** A refresh answers with a new refresh token, and the one used ends. */
  readonly rotate: boolean;
  /** For so long, in ms, a used refresh token is answered again, while nobody has used what it was answered with. */
  readonly graceMs: number;
  /** Again: the same answer (the default), or a new one that ends the first. */
  readonly repeat?: "same" | "newest";
  /** A used refresh token that comes after its grace ends the family. */
  readonly detectReuse: boolean;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly scope: string;
  readonly refresh_token?: string;
}

export interface Code {
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly scope: string;
  readonly expiresAt: number;
}

interface Family {
  alive: boolean;
  readonly scope: string;
}

interface RefreshToken {
  readonly family: Family;
  /** Set when it was rotated away: when, and what was answered. */
  used?: { readonly at: number; readonly answer: TokenAnswer };
  /** The server took it back: a newer one was given out in its place. */
  ended?: true;
}

interface AccessToken {
  readonly actor: "bot" | "user";
  readonly alive: () => boolean;
  readonly expiresAt: number;
}

const CODE_MS = 60_000;

export class Grants {
  readonly installations = new Map<string, { alive: boolean }>();
  /** Every secret ever given out. */
  readonly secrets: string[] = [];
  /** Answers that carried a new token. */
  issued = 0;
  readonly #codes = new Map<string, Code>();
  readonly #refresh = new Map<string, RefreshToken>();
  readonly #access = new Map<string, AccessToken>();

  constructor(
    readonly settings: { now: () => number; random: () => number; expiresIn: number; policy: RefreshPolicy },
  ) {}

  install(id: string): void {
    this.installations.set(id, { alive: true });
  }

  addCode(code: Omit<Code, "expiresAt">): string {
    const text = this.#secret("pln_code_");
    this.#codes.set(text, { ...code, expiresAt: this.settings.now() + CODE_MS });
    return text;
  }

  /** A code is good once. */
  takeCode(text: string): Code | undefined {
    const code = this.#codes.get(text);
    this.#codes.delete(text);
    return code !== undefined && code.expiresAt > this.settings.now() ? code : undefined;
  }

  botToken(installationId: string, scope: string): TokenAnswer | undefined {
    const installation = this.installations.get(installationId);
    if (installation?.alive !== true) return undefined;
    return this.#accessToken("bot", scope, () => installation.alive);
  }

  userTokens(scope: string): TokenAnswer {
    return this.#pair({ alive: true, scope });
  }

  refresh(text: string): TokenAnswer | undefined {
    const token = this.#refresh.get(text);
    if (token === undefined || !token.family.alive) return undefined;
    if (token.used !== undefined || token.ended) return this.#again(token);
    if (!this.settings.policy.rotate) {
      return this.#accessToken("user", token.family.scope, () => token.family.alive);
    }
    const answer = this.#pair(token.family);
    token.used = { at: this.settings.now(), answer };
    return answer;
  }

  /** A refresh token that is not the newest: somebody did not get the answer, or stole it. */
  #again(token: RefreshToken): TokenAnswer | undefined {
    const { graceMs, detectReuse, repeat } = this.settings.policy;
    const child = this.#refresh.get(token.used?.answer.refresh_token ?? "");
    const inGrace = token.used !== undefined && this.settings.now() - token.used.at <= graceMs;
    if (token.used === undefined || !inGrace || child?.used !== undefined || token.ended) {
      if (detectReuse) token.family.alive = false;
      return undefined;
    }
    if (repeat !== "newest") return token.used.answer;
    if (child !== undefined) child.ended = true;
    token.used = { at: token.used.at, answer: this.#pair(token.family) };
    return token.used.answer;
  }

  /** Ends every consent of every person. */
  endPeople(): void {
    for (const { family } of this.#refresh.values()) family.alive = false;
  }

  /** As after a restore from a backup: the refresh token given out last was never given out. */
  forgetNewest(): void {
    const newest = [...this.#refresh.keys()].at(-1) ?? "";
    this.#refresh.delete(newest);
    for (const token of this.#refresh.values()) {
      if (token.used?.answer.refresh_token === newest) delete token.used;
    }
  }

  actor(accessToken: string): "bot" | "user" | undefined {
    const token = this.#access.get(accessToken);
    if (token === undefined || !token.alive() || token.expiresAt <= this.settings.now()) return undefined;
    return token.actor;
  }

  #pair(family: Family): TokenAnswer {
    const refresh_token = this.#secret("pln_refresh_");
    this.#refresh.set(refresh_token, { family });
    return { ...this.#accessToken("user", family.scope, () => family.alive), refresh_token };
  }

  #accessToken(actor: "bot" | "user", scope: string, alive: () => boolean): TokenAnswer {
    const { expiresIn, now } = this.settings;
    const access_token = this.#secret(actor === "bot" ? "pln_bot_" : "pln_");
    this.#access.set(access_token, { actor, alive, expiresAt: now() + expiresIn * 1000 });
    this.issued++;
    return { access_token, token_type: "Bearer", expires_in: expiresIn, scope };
  }

  #secret(prefix: string): string {
    const digits = () => Math.floor(this.settings.random() * 2 ** 32).toString(16).padStart(8, "0");
    const text = prefix + Array.from({ length: 4 }, digits).join("");
    this.secrets.push(text);
    return text;
  }
}
