//! Chats, their background tasks and features around them.

use crate::variable::{Variable, flag, int, json, list, text};

pub(super) const VARIABLES: &[Variable] = &[
    int("CHAT_RESPONSE_MAX_TOOL_CALL_ITERATIONS", "256")
        .or("CHAT_RESPONSE_MAX_TOOL_CALL_RETRIES")
        .doc("Max tool rounds per reply; -1 unlimited"),
    int("CHAT_RESPONSE_STREAM_DELTA_CHUNK_SIZE", "1").doc("Pieces of a reply joined into one event for web clients"),
    text("TASK_MODEL", "").key("task.model.default").doc("Model for background tasks when the chat model is local"),
    text("TASK_MODEL_EXTERNAL", "")
        .key("task.model.external")
        .doc("Model for background tasks when the chat model is external"),
    json("TASK_MODEL_PARAMS", "{}").key("task.model.params").doc("JSON params for task calls"),
    flag("ENABLE_TITLE_GENERATION", true).key("task.title.enable").doc("Switch: title generation"),
    text("TITLE_GENERATION_PROMPT_TEMPLATE", "")
        .key("task.title.prompt_template")
        .doc("Custom prompt text for title generation; empty uses built-in"),
    flag("ENABLE_TAGS_GENERATION", true).key("task.tags.enable").doc("Switch: tags generation"),
    text("TAGS_GENERATION_PROMPT_TEMPLATE", "")
        .key("task.tags.prompt_template")
        .doc("Custom prompt text for tags generation; empty uses built-in"),
    flag("ENABLE_FOLLOW_UP_GENERATION", true).key("task.follow_up.enable").doc("Switch: follow up generation"),
    text("FOLLOW_UP_GENERATION_PROMPT_TEMPLATE", "")
        .key("task.follow_up.prompt_template")
        .doc("Custom prompt text for follow up generation; empty uses built-in"),
    flag("ENABLE_SEARCH_QUERY_GENERATION", true).key("task.query.search.enable").doc("Switch: search query generation"),
    flag("ENABLE_RETRIEVAL_QUERY_GENERATION", true)
        .key("task.query.retrieval.enable")
        .doc("Let a model word the search in documents"),
    text("QUERY_GENERATION_PROMPT_TEMPLATE", "")
        .key("task.query.prompt_template")
        .doc("Custom prompt text for query generation; empty uses built-in"),
    flag("ENABLE_AUTOCOMPLETE_GENERATION", false)
        .key("task.autocomplete.enable")
        .doc("Switch: autocomplete generation"),
    int("AUTOCOMPLETE_GENERATION_INPUT_MAX_LENGTH", "-1")
        .key("task.autocomplete.input_max_length")
        .doc("Max input characters; -1 unlimited"),
    text("AUTOCOMPLETE_GENERATION_PROMPT_TEMPLATE", "")
        .key("task.autocomplete.prompt_template")
        .doc("Custom prompt text for autocomplete generation; empty uses built-in"),
    text("TOOLS_FUNCTION_CALLING_PROMPT_TEMPLATE", "")
        .key("task.tools.prompt_template")
        .doc("Custom prompt text for tools function calling; empty uses built-in"),
    text("IMAGE_PROMPT_GENERATION_PROMPT_TEMPLATE", "")
        .key("task.image.prompt_template")
        .doc("Own prompt for picture prompts; empty: built in"),
    flag("ENABLE_VOICE_MODE_PROMPT", true).key("task.voice.prompt.enable").doc("Switch: voice mode prompt"),
    text("VOICE_MODE_PROMPT_TEMPLATE", "")
        .key("task.voice.prompt_template")
        .doc("Own prompt for voice mode; empty: built in"),
    flag("ENABLE_CONTEXT_COMPACTION", false).key("chat.context_compaction.enable").doc("Switch: context compaction"),
    text("CONTEXT_COMPACTION_MODEL", "").key("chat.context_compaction.model").doc("Model name for context compaction"),
    int("CONTEXT_COMPACTION_TOKEN_THRESHOLD", "80000")
        .key("chat.context_compaction.token_threshold")
        .doc("Estimated tokens that start compaction"),
    int("CONTEXT_COMPACTION_TOKEN_CAP", "")
        .key("chat.context_compaction.token_cap")
        .nullable()
        .doc("Hard cap for compaction input"),
    int("CONTEXT_COMPACTION_RETENTION_PERCENTAGE", "40")
        .key("chat.context_compaction.retention_percentage")
        .doc("Share of recent context kept verbatim"),
    text("CONTEXT_COMPACTION_PROMPT_TEMPLATE", "")
        .key("chat.context_compaction.prompt_template")
        .doc("Custom prompt text for context compaction; empty uses built-in"),
    flag("ENABLE_TOOL_PERMISSIONS", false).key("chat.tool_permissions.enable").doc("Ask before a tool runs"),
    flag("ENABLE_TOOL_SEARCH", false)
        .key("chat.tool_search.enable")
        .doc("Models look for tools instead of being told all"),
    int("TOOL_SEARCH_DEFER_THRESHOLD", "400")
        .key("chat.tool_search.defer_threshold")
        .doc("Tokens of a tool's description above which a model has to look for it"),
    list("TOOL_SEARCH_ALWAYS_LOADED", ',', "")
        .key("chat.tool_search.always_loaded")
        .doc("Names of tools that models are always told"),
    flag("TOOL_SEARCH_DEFER_BUILTIN_TOOLS", true)
        .key("chat.tool_search.defer_builtin_tools")
        .doc("Models have to look for built-in tools, too"),
    flag("ENABLE_FOLDERS", true).key("folders.enable").doc("Switch: folders"),
    int("FOLDER_MAX_FILE_COUNT", "").key("folders.max_file_count").doc("Max files per folder"),
    flag("ENABLE_CHANNELS", false).key("channels.enable").doc("Switch: channels"),
    text("CHANNEL_MODEL_RESPONSE_MODE", "thread")
        .key("channels.model_response_mode")
        .doc("Where replies of models land in a channel: `thread` or `channel`"),
    flag("ENABLE_MEMORY_SYSTEM_CONTEXT", true).key("memories.system_context.enable").doc("Give memories to models"),
    flag("ENABLE_MEMORY_BACKGROUND_REVIEW", false)
        .key("memories.background_review.enable")
        .doc("Look back on conversations for what to remember"),
    int("MEMORIES_REVIEW_INTERVAL_TURNS", "10")
        .key("memories.review_interval_turns")
        .doc("Questions in a chat from one look back to the next"),
    int("MEMORIES_USER_CHAR_LIMIT", "2000")
        .key("memories.user_char_limit")
        .doc("Characters about a person that a model is given"),
    int("MEMORIES_CONTEXT_CHAR_LIMIT", "2000")
        .key("memories.context_char_limit")
        .doc("Characters about topics that a model is given"),
    flag("ENABLE_SKILL_LAZY_LOADING", false)
        .key("skills.lazy_loading.enable")
        .doc("Give skills to models when they ask for them"),
    int("SKILL_CONTENT_MAX_CHARS", "")
        .key("skills.content_max_chars")
        .nullable()
        .doc("Characters of a skill that a model gets"),
    int("SKILL_PREVIEW_MAX_CHARS", "")
        .key("skills.preview_max_chars")
        .nullable()
        .doc("Characters of a skill's preview"),
    flag("ENABLE_ENCRYPTED_CHANNELS", false).key("channels.encryption.enable").doc("Switch: encrypted channels"),
    flag("ENABLE_APPS", false).key("apps.enable").doc("Switch: apps"),
    flag("ENABLE_CALENDAR", true).key("calendar.enable").doc("Switch: calendar"),
    flag("ENABLE_AUTOMATIONS", true).key("automations.enable").doc("Switch: automations"),
    int("AUTOMATION_MAX_COUNT", "").key("automations.max_count").doc("Max automations per user"),
    int("AUTOMATION_MIN_INTERVAL", "").key("automations.min_interval").doc("Min seconds between runs"),
    flag("ENABLE_NOTES", true).key("notes.enable").doc("Switch: notes"),
    flag("ENABLE_MEMORIES", true).key("memories.enable").doc("Switch: memories"),
    flag("ENABLE_SUBAGENTS", false).key("subagents.enable").doc("Models may start helpers of their own"),
    flag("SUBAGENTS_BACKGROUND_ENABLED", false)
        .key("subagents.background_enabled")
        .doc("Helpers may go on while the model answers"),
    int("SUBAGENTS_MAX_CONCURRENT", "20").key("subagents.max_concurrent").doc("Helpers at work at once"),
    int("SUBAGENTS_MAX_ASYNC", "20").key("subagents.max_async").doc("Helpers in the background at once"),
    int("SUBAGENTS_MAX_ITERATIONS", "30").key("subagents.max_iterations").doc("Rounds of tools of one helper"),
    int("SUBAGENTS_MAX_OUTPUT", "30000").key("subagents.max_output").doc("Characters that a helper may hand back"),
    text("SUBAGENTS_SYSTEM_PROMPT", "").key("subagents.system_prompt").doc("What helpers are told; empty: built-in"),
    flag("ENABLE_CODE_EXECUTION", true).key("code_execution.enable").doc("Switch: code execution"),
    text("CODE_EXECUTION_ENGINE", "pyodide").key("code_execution.engine").doc("Pyodide or jupyter for run buttons"),
    text("CODE_EXECUTION_JUPYTER_URL", "").key("code_execution.jupyter.url").doc("Address of code execution jupyter"),
    text("CODE_EXECUTION_JUPYTER_AUTH", "")
        .key("code_execution.jupyter.auth")
        .doc("Code execution jupyter auth setting"),
    text("CODE_EXECUTION_JUPYTER_AUTH_TOKEN", "")
        .key("code_execution.jupyter.auth_token")
        .doc("Access token for code execution jupyter auth"),
    text("CODE_EXECUTION_JUPYTER_AUTH_PASSWORD", "")
        .key("code_execution.jupyter.auth_password")
        .doc("Password for code execution jupyter auth"),
    int("CODE_EXECUTION_JUPYTER_TIMEOUT", "60")
        .key("code_execution.jupyter.timeout")
        .doc("Time limit for code execution jupyter"),
    flag("ENABLE_CODE_INTERPRETER", true).key("code_interpreter.enable").doc("Switch: code interpreter"),
    text("CODE_INTERPRETER_ENGINE", "pyodide")
        .key("code_interpreter.engine")
        .doc("Pyodide or jupyter for model-run code"),
    text("CODE_INTERPRETER_PROMPT_TEMPLATE", "")
        .key("code_interpreter.prompt_template")
        .doc("Custom prompt text for code interpreter; empty uses built-in"),
    text("CODE_INTERPRETER_JUPYTER_URL", "")
        .or("CODE_EXECUTION_JUPYTER_URL")
        .key("code_interpreter.jupyter.url")
        .doc("Address of code interpreter jupyter"),
    text("CODE_INTERPRETER_JUPYTER_AUTH", "")
        .or("CODE_EXECUTION_JUPYTER_AUTH")
        .key("code_interpreter.jupyter.auth")
        .doc("Code interpreter jupyter auth setting"),
    text("CODE_INTERPRETER_JUPYTER_AUTH_TOKEN", "")
        .or("CODE_EXECUTION_JUPYTER_AUTH_TOKEN")
        .key("code_interpreter.jupyter.auth_token")
        .doc("Access token for code interpreter jupyter auth"),
    text("CODE_INTERPRETER_JUPYTER_AUTH_PASSWORD", "")
        .or("CODE_EXECUTION_JUPYTER_AUTH_PASSWORD")
        .key("code_interpreter.jupyter.auth_password")
        .doc("Password for code interpreter jupyter auth"),
    int("CODE_INTERPRETER_JUPYTER_TIMEOUT", "60")
        .or("CODE_EXECUTION_JUPYTER_TIMEOUT")
        .key("code_interpreter.jupyter.timeout")
        .doc("Time limit for code interpreter jupyter"),
    flag("ENABLE_PYODIDE_FILE_PERSISTENCE", false).doc("Switch: pyodide file persistence"),
];
