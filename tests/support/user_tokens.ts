/** User tokens as the project's auth server signs them, with a key set to verify them. */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

export interface TokenMaker {
  /** The public key set as SUPABASE_JWKS holds it. */
  jwks: string;
  /**
   * A token of an ops user; `claims` replace what is in it, undefined takes one out.
   * @param claims JWT claims, times in seconds since the epoch
   */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

/** Each maker has a key of its own under the same key id, so another maker's tokens have a wrong signature. */
export async function createTokenMaker(): Promise<TokenMaker> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const key = { ...await exportJWK(publicKey), kid: "test-key", alg: "ES256", use: "sig" };
  return {
    jwks: JSON.stringify({ keys: [key] }),
    token: (claims = {}, header = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const payload: Record<string, unknown> = {
        sub: "5e1f6a0c-0000-4000-8000-000000000001",
        aud: "authenticated",
        role: "authenticated",
        iat: now - 60,
        exp: now + 3600,
        app_metadata: { role: "ops" },
        user_metadata: {},
        ...claims,
      };
      for (const name of Object.keys(payload)) if (payload[name] === undefined) delete payload[name];
      return new SignJWT(payload as JWTPayload)
        .setProtectedHeader({ alg: "ES256", kid: "test-key", typ: "JWT", ...header })
        .sign(privateKey);
    },
  };
}
