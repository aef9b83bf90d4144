/** The part of a syntax tree's path that is looked at here: https://babeljs.io/docs/babel-traverse. */
interface SyntaxPath {
  readonly node: {
    readonly type: string;
    readonly value?: unknown;
    readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
  };
}

const REASON = 'Words for people: what a sentence says is not a decision.';

/**
 * Takes sentences out of what is mutated: a string or template in which words stand apart from each other is read by
 * people, and tests that repeat it word for word would prove nothing. Names, codes, tags and single words stay in.
 */
function ignoreProse({ node }: SyntaxPath): string | undefined {
  if (node.type === 'StringLiteral') return isProse(String(node.value)) ? REASON : undefined;
  if (node.type !== 'TemplateLiteral') return undefined;
  return node.quasis?.some(({ value }) => isProse(value.raw)) ? REASON : undefined;
}

function isProse(text: string): boolean {
  return /\p{L}[,.;:]? | \p{L}/u.test(text);
}

/** What Stryker looks for in a plug-in (https://stryker-mutator.io/docs/stryker-js/disable-mutants/#using-an-ignore-plugin). */
export const strykerPlugins = [{ kind: 'Ignore', name: 'prose', value: { shouldIgnore: ignoreProse } }];
