// Translation
export { type TranslatedPlan, type TranslateSettings, translatePlan } from "./translate/translate-plan.js";
