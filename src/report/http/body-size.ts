/**
 * Whether a request's body is longer than `limit` bytes. Nothing here has a use for one, so it is read only to be counted
 * and dropped, and no further than that. (Hono's own limit hands the body on in a new Request, which the adapter's request
 * cannot be made into without replacing Node's global.)
 */
export async function isBodyTooLarge(request: Request, limit: number): Promise<boolean> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return true;
  if (request.method === 'GET' || request.method === 'HEAD' || request.body === null) return false;
  const reader = request.body.getReader();
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return false;
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      return true;
    }
  }
}
