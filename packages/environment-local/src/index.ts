// Engine
export { type LocalEngineOptions, localEngine, localEngineFactory } from "./engine/local-engine.js";
// Physical plans, for engines that run them in other places
export { JobTable, type Replace } from "./translate/job-table.js";
export { type TranslatedPlan, type TranslateSettings, translatePlan } from "./translate/translate-plan.js";
