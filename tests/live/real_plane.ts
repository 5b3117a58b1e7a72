/** The real Plane of the live tests, when the environment names one. */
import type { RealPlaneTarget } from "../support/real_plane.ts";

/** Undefined unless PLANE_LIVE_URL and what belongs to it are set; the contract alone needs neither a person nor a webhook. */
export function realPlane(): RealPlaneTarget | undefined {
  const { PLANE_LIVE_URL, PLANE_LIVE_PERSON_KEY, PLANE_LIVE_WEBHOOK_PORT } = Deno.env.toObject();
  const { PLANE_LIVE_API_KEY, PLANE_LIVE_WORKSPACE } = Deno.env.toObject();
  if (!PLANE_LIVE_URL || !PLANE_LIVE_PERSON_KEY || !PLANE_LIVE_WEBHOOK_PORT) return undefined;
  if (!PLANE_LIVE_API_KEY || !PLANE_LIVE_WORKSPACE) {
    throw new Error("PLANE_LIVE_URL is set, PLANE_LIVE_API_KEY or PLANE_LIVE_WORKSPACE is not");
  }
  return {
    url: PLANE_LIVE_URL,
    workspaceSlug: PLANE_LIVE_WORKSPACE,
    apiKey: PLANE_LIVE_API_KEY,
    personKey: PLANE_LIVE_PERSON_KEY,
    webhookPort: Number(PLANE_LIVE_WEBHOOK_PORT),
  };
}
