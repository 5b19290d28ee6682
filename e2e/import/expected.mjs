// Differences that are meant, each with its reason; every other one is a loss.
const EXPECTED = [
    ['what airis has no use for yet stays behind, and the report says so', /\/(channels\/list|tools\/|functions\/|skills\/)( |$)/],
    ['the product has a name of its own', /\/api\/config name$/],
    ['a number is written as a text here', /\/(configs\/export|retrieval\/config) \S+$/, (there, here) => typeof there === 'number' && String(there) === here],
    ['a text of the other server stays there', /(rag\.template|RAG_TEMPLATE)$/],
    ['files lie in another folder', /\/files\/\S+ path$/, (there, here) => there.split('/').pop() === here?.split('/').pop()],
    ['the list of the archive leaves these out there', /\/chats\/archived \S+ (last_read_at|archived)$/],
    ['the list of links says when a chat was changed, there when its link was', /\/chats\/shared \S+ updated_at$/],
    ['models that are only set up are exported here, too', /\/models\/export length$/],
    ['saved states of a model are refused with another status', /\/models\/model\/history\S+ status$/],
    ['a folder is shared without those in it, and is not listed among the shared ones of its owner', /\/folders\/shared( \S+)? ?(length|owner_name|permission)?$/],
    ['a shared folder shows its chats only', /\/folders\/\S+\/shared\/chats (status|chats \S+ (user_id|owner_name|participants|readonly))$/],
    ['a reply to a program is below its question again', /messages \S+ parentId$/, (there) => there === null],
    ['a copy behind a link does not say in its flat list who wrote what', /\/chats\/share\/\S+ chat messages \d+ (user|user_id)$/],
];

/** Differences that are not meant, and how often each of the others was met. */
export function sorted(differences) {
    const met = new Map();
    const lost = [];
    for (const difference of differences) {
        const reason = EXPECTED.find(([, place, fits]) => place.test(difference.at) && (fits?.(difference.there, difference.here) ?? true))?.[0];
        if (reason) met.set(reason, (met.get(reason) ?? 0) + 1);
        else lost.push(difference);
    }
    return { lost, met };
}
