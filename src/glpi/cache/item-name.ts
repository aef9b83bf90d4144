/** As many bytes of a cache file as are enough to read its item's name. */
export const ITEM_HEAD_BYTES = 512;

/**
 * The name of the item that a file of Symfony's FilesystemAdapter holds (symfony/cache 5.4 to 7: FilesystemTrait::doSave):
 * the expiry in seconds since 1970 on the first line, the name on the second, encoded as in a URL, then the value. What
 * stands before the last colon is a namespace of the pool.
 *
 * @param head the file's first bytes, at most {@link ITEM_HEAD_BYTES}
 * @returns null where these are no such lines
 */
export function itemNameOf(head: Buffer): string | null {
  const lines = /^\d{1,12}\n([^\n\r]{1,400})\r?\n/.exec(head.toString('latin1'));
  const encoded = lines?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded).split(':').at(-1) ?? null;
  } catch {
    return null;
  }
}
