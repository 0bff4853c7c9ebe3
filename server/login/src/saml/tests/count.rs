//! How many messages stand behind each row of the table in docs/security.md.

use super::{hostile, limits, said, shape, signature};
use crate::counted::compare;

#[test]
fn the_table_of_hostile_messages_is_true() {
    compare(&[
        (
            "SAML: signature wrapping, forged assertions, cut names",
            &[
                hostile::the_eight_kinds_of_signature_wrapping_are_refused,
                hostile::a_forged_assertion_hides_nowhere,
                hostile::a_name_id_is_not_cut_in_two,
            ],
        ),
        (
            "SAML: signatures, keys and algorithms",
            &[
                hostile::keys_and_algorithms_of_the_attackers_choice_are_refused,
                hostile::a_bad_signature_beside_a_good_one_is_refused,
                hostile::an_encrypted_assertion_is_refused_with_advice,
                signature::every_rule_of_the_signature_is_kept,
                signature::the_assertions_own_signature_is_looked_at_too,
                signature::what_was_changed_after_signing_or_signed_by_another_is_refused,
            ],
        ),
        (
            "SAML: references, transforms, documents that tire a parser",
            &[
                hostile::references_and_transforms_are_never_followed,
                hostile::documents_made_to_tire_a_parser_are_refused,
            ],
        ),
        (
            "SAML: XML and encoding",
            &[
                limits::what_is_no_base64_of_utf8_is_refused,
                limits::every_limit_of_the_xml_is_kept,
                limits::what_parsers_read_differently_is_refused,
            ],
        ),
        (
            "SAML: shape of the response",
            &[shape::every_rule_of_the_shape_is_kept, shape::parts_that_are_needed_are_missed],
        ),
        (
            "SAML: well signed, for somebody else or another time",
            &[
                said::every_rule_of_what_is_said_is_kept,
                said::what_two_readings_find_differently_is_refused,
                said::what_is_signed_and_cannot_be_read_is_refused,
                said::nothing_is_checked_against_nothing,
            ],
        ),
    ]);
}
