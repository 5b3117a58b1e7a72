/**
 * From a request to a stored delivery: read, verify, parse, normalise, store. Nothing is processed here; the answer waits
 * for the database and for nothing else.
 */
import { SuiteError } from "../errors.ts";
import { decodeUtf8, isJsonRequest, parseJsonObject, readBody } from "../http/read_body.ts";
import type { StoredDelivery } from "../store/deliveries.ts";
import type { Delivery, Source } from "../delivery.ts";
import { normaliseOdoo } from "./normalise_odoo.ts";
import { normalisePlane } from "./normalise_plane.ts";
import { verifyOdooSignature } from "./odoo_signature.ts";
import { verifyPlaneSignature } from "./plane_signature.ts";

export interface ReceiveDependencies {
  /** The live secrets of a source; empty when none is configured. */
  secrets: (source: Source) => readonly string[];
  maxBodyBytes: number;
  /** Stores the delivery, or throws SuiteError database_unreachable or too_busy. */
  store: (delivery: Delivery, body: string) => Promise<StoredDelivery>;
  /** Ms since the epoch. */
  now: () => number;
  randomId: () => string;
}

export interface Received extends StoredDelivery {
  delivery: Delivery;
}

/**
 * @throws SuiteError unsupported_media_type, body_too_large, signature_missing, secret_not_configured,
 *   signature_invalid, signature_expired, body_not_json, and what `store` throws
 */
export async function receiveWebhook(
  request: Request,
  source: Source,
  deps: ReceiveDependencies,
): Promise<Received> {
  const signature = request.headers.get(source === "plane" ? "x-plane-signature" : "x-odoo-signature");
  try {
    if (!isJsonRequest(request)) throw new SuiteError("unsupported_media_type");
    if (signature === null || signature === "") throw new SuiteError("signature_missing");
    if (deps.secrets(source).length === 0) throw new SuiteError("secret_not_configured");
  } catch (refused) {
    await request.body?.cancel();
    throw refused;
  }
  const raw = await readBody(request, deps.maxBodyBytes);
  const proof = source === "odoo"
    ? verifyOdooSignature(deps.secrets(source), raw, request.headers)
    : verifyPlaneSignature(deps.secrets(source), raw, signature)
    ? { signed: null }
    : null;
  if (proof === null) throw new SuiteError("signature_invalid");
  const text = decodeUtf8(raw);
  const body = parseJsonObject(text);
  const delivery = source === "plane"
    ? normalisePlane(body, raw, request.headers.get("x-plane-delivery"), deps.randomId())
    : normaliseOdoo(body, deps.randomId(), deps.now(), proof.signed);
  const stored = await deps.store(delivery, text);
  return { ...stored, delivery };
}
