with findings as (
    select * from {{ ref('int_findings') }}
)

select
    finding_key,
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
