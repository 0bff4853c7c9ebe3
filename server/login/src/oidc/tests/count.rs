//! How many answers stand behind each row of the table in docs/security.md.

use super::{answer, endpoints, id_token, keys};
use crate::counted::compare;

#[test]
fn the_table_of_hostile_answers_is_true() {
    compare(&[
        (
            "OpenID Connect: the id token",
            &[
                id_token::no_other_algorithm_is,
                id_token::a_wrong_signature_is_refused,
                id_token::a_key_signs_with_its_own_kind_only,
                id_token::a_header_that_means_something_else_is_refused,
                id_token::the_issuer_is_ours,
                id_token::the_audience_is_our_client_alone,
                id_token::the_authorized_party_is_our_client,
                id_token::the_nonce_is_the_one_sent,
                id_token::an_ended_token_is_refused_and_a_minute_forgiven,
                id_token::a_token_not_good_yet_is_refused_and_a_minute_forgiven,
                id_token::a_token_of_the_future_or_of_before_the_request_is_refused,
                id_token::the_access_token_is_the_one_the_id_token_knows,
                id_token::the_subject_is_somebody,
                id_token::a_fresh_sign_in_is_fresh,
            ],
        ),
        (
            "OpenID Connect: the answer in the browser",
            &[
                answer::the_state_is_the_one_of_this_sign_in,
                answer::a_parameter_comes_once,
                answer::the_pending_sign_in_belongs_to_this_provider,
                answer::ten_minutes_are_enough,
                answer::an_answer_of_another_issuer_is_a_mix_up,
                answer::a_provider_that_names_itself_does_so_always,
                answer::the_issuer_is_compared_even_where_it_need_not_be_there,
                answer::an_error_counts_only_with_the_right_state,
                answer::without_a_code_there_is_nothing_to_ask,
                answer::a_code_is_good_once,
                answer::a_code_stolen_on_its_way_is_of_no_use_to_another_browser,
            ],
        ),
        (
            "OpenID Connect: endpoints and keys",
            &[
                endpoints::a_token_endpoint_in_trouble_is_told_as_it_is,
                endpoints::userinfo_speaks_of_the_same_person,
                endpoints::userinfo_in_trouble_is_told_as_it_is,
                endpoints::an_access_token_that_is_no_header_is_refused,
                keys::a_withdrawn_key_is_good_for_an_hour_at_most,
                keys::unknown_keys_cost_one_request_a_minute,
                keys::two_providers_do_not_share_keys,
                keys::a_key_set_in_trouble_is_told_and_asked_again_after_ten_seconds,
                keys::only_keys_that_can_sign_count,
                keys::a_token_without_key_id_needs_a_key_without_rival,
            ],
        ),
    ]);
}
