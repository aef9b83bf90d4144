/**
 * The part of the reflection metadata proposal that the certificate library's injection container insists on: which
 * values a class is made of. Nothing in it is decorated, so there is nothing to remember.
 */
export function allowReflection(): void {
  if ('getMetadata' in Reflect) return;
  Object.assign(Reflect, { getMetadata: () => undefined, getOwnMetadata: () => undefined, defineMetadata: () => {} });
}
