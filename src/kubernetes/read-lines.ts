const NEWLINE = 0x0a;
/** A Secret has 1 MiB of data, which is 1.4 MB in base64; a longer line is nothing that an API server sends. */
const LINE_LIMIT = 16 * 1024 * 1024;

/** The lines of a stream, each as soon as it is whole; what comes after the last line break is dropped: it was cut off. */
export async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...pending, chunk.subarray(start, end)]).toString('utf8');
      pending = [];
      length = 0;
      start = end + 1;
    }
    pending.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > LINE_LIMIT) throw new Error(`line longer than ${LINE_LIMIT} bytes`);
  }
}
