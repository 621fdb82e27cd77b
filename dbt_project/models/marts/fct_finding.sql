-- Findings of rules, then those of reading, versions and corrections; each in the order in which they are kept.
with of_rules as (
    {{ unpacked_rule_findings(
        in_this_file(ref('int_rule_findings')), in_this_file(ref('int_report_numbers')),
        in_this_file(ref('int_rule_messages'))
    ) | indent(4) }}
),

findings as (
    select * from of_rules
    union all by name
    select * from {{ in_this_file(ref('int_other_findings')) }}
)

select
    md5(concat_ws('|', delivery, source_path, record, rule_key, nth)) as finding_key,
    report_key,
    document_id,
    delivery,
    source_path,
    record,
    rule_key,
    severity,
    message,
    message_en,
    expected,
    actual,
    table_key,
    row_key,
    column_key,
    line_start,
    line_end
from findings
