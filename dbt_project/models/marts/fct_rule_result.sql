with unpacked as (
    {{ unpacked_rule_results(
        in_this_file(ref('int_rule_results')), in_this_file(ref('int_report_numbers')),
        in_this_file(ref('int_rule_places'))
    ) | indent(4) }}
)

select
    report_key,
    body_key,
    report_year,
    rule_key,
    table_key,
    row_key,
    column_key,
    status,
    expected,
    actual,
    n_operands,
    n_missing,
    missing,
    line_start,
    line_end
from unpacked
