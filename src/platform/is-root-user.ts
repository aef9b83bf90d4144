/**
 * Whether `uid:gid` or a name means root, as far as that can be told from outside the container. Docker Engine takes an
 * empty user for the image's own, which may be root.
 */
export function isRootUser(user: string): boolean {
  const [name = ''] = user.split(':');
  return name === '' || name === 'root' || /^0+$/.test(name);
}
