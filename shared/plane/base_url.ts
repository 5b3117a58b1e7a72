/** Where Plane's REST API v1 begins. */
import { SuiteError } from "../errors.ts";

/**
 * `https://plane.example/api/v1/`, from a base URL with or without `/api/v1` and with any slashes at its end.
 * Throws `plane_not_configured` for what is no http(s) URL.
 */
export function apiRoot(baseUrl: string): string {
  let url: URL;
  try {
    url = new URL(baseUrl.trim());
  } catch {
    throw new SuiteError("plane_not_configured", { message: "PLANE_BASE_URL is not a URL." });
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new SuiteError("plane_not_configured", {
      message: "PLANE_BASE_URL must begin with http:// or https://.",
    });
  }
  const path = url.pathname.replace(/\/+$/, "").replace(/\/api(\/v1)?$/, "");
  return `${url.origin}${path}/api/v1/`;
}
