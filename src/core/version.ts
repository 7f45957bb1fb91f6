// The version of this library, for the headers of what it writes and for what reads them in a page, where package.json is not.

/** The version in package.json; a test holds the two together. */
export const VERSION: string = '0.1.0';
