import { displayText } from './text.ts';

/**
 * The words of a title that tell most about it, best first, as parts of an id: lower-case ASCII letters and digits, a letter first.
 * The opening verb and generic nouns come last, in `spare`. Nothing for titles without Latin words, and for those that are made to
 * be run or rendered rather than read.
 */
export function titleWords(title: string): { telling: readonly string[]; spare: readonly string[] } {
  if (isHostile(title)) return { telling: [], spare: [] };
  const words = latinWords(title);
  const telling: string[] = [];
  const nouns: string[] = [];
  const verbs: string[] = [];
  for (const [index, word] of words.entries()) {
    if (fillers.has(word)) continue;
    if (index === 0 && openingVerbs.has(word)) verbs.push(word);
    else if (generic.has(word)) nouns.push(word);
    else telling.push(verbOf(word));
  }
  return { telling: unique(telling), spare: unique([...nouns, ...verbs]) };
}

function latinWords(title: string): string[] {
  const plain = title.normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll(/['’]/gu, '').toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => /^[a-z][a-z0-9]{1,19}$/u.test(word));
}

function isHostile(title: string): boolean {
  const seen = title.replaceAll(/\s+/gu, ' ').trim();
  if (seen !== displayText(seen, seen.length)) return true;
  return /\$[({]|\.\.[\\/]|<\/?(?:script|img|iframe|svg|object|embed|link|meta|style|a)\b/iu.test(title);
}

/** `extraction` → `extract`. Only where the verb is certain: a wrong word is worse than a long one. */
function verbOf(noun: string): string {
  const known = nounsOfAction.get(noun);
  if (known !== undefined) return known;
  if (/.{3,}ization$/u.test(noun)) return noun.replace(/ization$/u, 'ize');
  if (/.{2,}ification$/u.test(noun)) return noun.replace(/ification$/u, 'ify');
  return noun;
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}

function set(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

const fillers = set(
  'a an the and or nor but of for to in on at by with without from into onto over under via as is are be been was were it its this ' +
    'that these those when where while if then than so not no we our us you your they their can cannot could should must may might ' +
    'will would do does did done has have had all any each every more most some such only also very just out up down off per ' +
    // Parts of ids that have a meaning of their own.
    'mol wisp',
);

const openingVerbs = set(
  'add adjust allow apply build bump change check clean cleanup complete configure convert correct create debug define delete design ' +
    'develop disable document drop enable ensure enhance establish evaluate expand expose extend finish fix generate handle ' +
    'harden implement improve include increase install integrate introduce investigate make manage modernise modernize modify ' +
    'move optimise optimize overhaul patch polish prepare prevent provide put reduce refactor refine remove rename reorganise ' +
    'reorganize repair replace resolve restructure revamp review revise rework rewrite set setup simplify speed split start stop ' +
    'support test tidy try tune tweak unify update upgrade use verify wire write',
);

const generic = set(
  'feature features component components middleware middlewares module modules service services system systems code codebase ' +
    'class classes function functions method methods helper helpers util utils utility utilities file files logic handler handlers ' +
    'handling process processes processing implementation support management manager thing things stuff issue issues bug bugs ' +
    'problem problems error errors request requests task tasks work item items page pages part parts layer layers flow flows ' +
    'overhaul refactor refactoring update updates change changes improvement improvements fix fixes new old existing current better ' +
    'bad wrong broken missing initial basic simple single multiple several app application project library package tool tools ' +
    'information info way ways type types object objects element elements',
);

const nounsOfAction = new Map(
  (
    'extraction:extract ingestion:ingest validation:validate migration:migrate pagination:paginate authentication:authenticate ' +
    'authorization:authorize configuration:configure registration:register notification:notify transformation:transform ' +
    'documentation:document installation:install generation:generate calculation:calculate computation:compute ' +
    'translation:translate aggregation:aggregate replication:replicate compilation:compile detection:detect injection:inject ' +
    'connection:connect selection:select protection:protect rejection:reject correction:correct inspection:inspect ' +
    'collection:collect prediction:predict reduction:reduce encryption:encrypt decryption:decrypt compression:compress ' +
    'conversion:convert deletion:delete insertion:insert creation:create evaluation:evaluate navigation:navigate ' +
    'integration:integrate deployment:deploy measurement:measure enforcement:enforce replacement:replace subscription:subscribe ' +
    'submission:submit completion:complete execution:execute resolution:resolve allocation:allocate isolation:isolate ' +
    'indexation:index tokenisation:tokenize serialisation:serialize classification:classify removal:remove retrieval:retrieve ' +
    'approval:approve renewal:renew discovery:discover recovery:recover delivery:deliver parsing:parse caching:cache ' +
    'logging:log routing:route indexing:index training:train testing:test scheduling:schedule rendering:render'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);
