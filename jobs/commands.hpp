#pragma once

#include "jobs/command.hpp"

namespace tidemill::jobs {

// One maker per command, each in its own file of the same name.
Command make_ingest_command();
Command make_bench_command();
Command make_digest_command();
Command make_doctor_command();
Command make_drift_command();
Command make_plan_command();
Command make_lineage_command();
Command make_menu_command();
Command make_price_command();
Command make_promotion_command();
Command make_tenants_command();
Command make_trend_command();
Command make_similar_command();
Command make_index_command();
Command make_generate_command();
Command make_nightly_command();
Command make_report_command();
Command make_rollback_command();
Command make_nights_command();
Command make_pin_command();
Command make_unpin_command();
Command make_gc_command();
Command make_audit_command();
Command make_status_command();
Command make_verify_command();
Command make_train_command();
Command make_truth_command();
Command make_score_command();
Command make_evaluate_command();
Command make_features_command();
Command make_recommend_command();
Command make_split_command();
Command make_backtest_command();
Command make_assets_command();
Command make_gate_command();
Command make_models_command();
Command make_abtest_command();

}  // namespace tidemill::jobs
