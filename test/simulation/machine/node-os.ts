/** Stands for `node:os` in the product's modules: what differs from one machine to another would differ in a history. */
export * from 'node:os';

export function hostname(): string {
  return 'host';
}
