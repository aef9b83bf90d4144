import project from '../package.json' with { type: 'json' };

/** The release, from package.json, of which the bundle inlines name and version. */
export const VERSION: string = project.version;
