/**
 * As much of Supabase's Management API, on loopback, as `supabase functions deploy` calls: the list of
 * functions (empty: everything is new), the upload of one, the final registration of all, the project itself.
 */
import { readUpload, type Upload } from "./upload.ts";

export interface ManagementApi {
  url: string;
  uploads: Upload[];
  /** Requests that were not as they should be; a deployment is only good when this stays empty. */
  complaints: string[];
  close(): Promise<void>;
}

/** Starts it on a free port. `token` is the only access token it takes. */
export function startManagementApi(project: string, token: string): ManagementApi {
  const uploads: Upload[] = [];
  const complaints: string[] = [];

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const call = `${request.method} ${pathname}`;
    if (request.headers.get("authorization") !== `Bearer ${token}`) {
      throw new Error(`${call} came without the access token`);
    }
    if (call === `GET /v1/projects/${project}`) return Response.json({ id: project, ref: project });
    if (call === `GET /v1/projects/${project}/functions`) return Response.json([]);
    if (call === `PUT /v1/projects/${project}/functions`) {
      await request.body?.cancel();
      return Response.json({ functions: uploads.map(({ slug }) => describe(slug)) });
    }
    if (call === `POST /v1/projects/${project}/functions/deploy`) {
      const upload = await readUpload(request);
      uploads.push(upload);
      return Response.json(describe(upload.slug), { status: 201 });
    }
    throw new Error(`${call} is not a known call of a deployment`);
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    try {
      return await answer(request);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      complaints.push(message);
      return Response.json({ message }, { status: 400 });
    }
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    uploads,
    complaints,
    close: () => server.shutdown(),
  };
}

function describe(slug: string): Record<string, unknown> {
  const id = "00000000-0000-4000-8000-000000000001";
  return { id, slug, name: slug, status: "ACTIVE", version: 1, created_at: 1, updated_at: 1 };
}
