import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export type Contents = Readonly<Record<string, Buffer | string>>;

export async function tarOf(contents: Contents): Promise<Buffer> {
  const packing = pack();
  for (const [name, content] of Object.entries(contents)) packing.entry({ name }, Buffer.from(content));
  packing.finalize();
  return await buffer(packing as AsyncIterable<Buffer> as unknown as NodeJS.ReadableStream);
}

export async function tarGzOf(contents: Contents): Promise<Buffer> {
  return gzipSync(await tarOf(contents));
}

interface ZipOptions {
  /** Flags of every entry: 1 is "encrypted". */
  readonly flags?: number;
  /** Said instead of the true checksum. */
  readonly checksum?: number;
}

/** A zip by APPNOTE.TXT: local headers (4.3.7) with deflated data, the central directory (4.3.12), its end (4.3.16). */
export function zipOf(contents: Contents, { flags = 0, checksum }: ZipOptions = {}): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(contents)) {
    const clear = Buffer.from(content);
    const data = deflateRawSync(clear);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(checksum ?? crc32(clear), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(clear.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000'), common, tail, Buffer.from(name));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(locals.length, 8);
  end.writeUInt16LE(locals.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}
