-- Each corrected cell says so among the findings of its report, with who, when and why.
with corrections as (
    select
        *,
        concat_ws('.', table_key, row_key, column_key) as cell_text,
        cast(corrected_on as varchar) as day_text,
        coalesce(nullif(trim(raw_value), ''), value_state_as_read) as read_text
    from {{ ref('int_corrections') }}
    where status = 'applied'
),

reports as (
    select * from {{ ref('int_reports') }}
),

rules as (
    select * from {{ ref('finding_rules') }}
    where rule_key = 'cell_corrected'
)

select
    corrections.report_key,
    reports.document_id,
    reports.delivery,
    reports.source_path,
    reports.record,
    rules.rule_key,
    rules.severity,
    {{ fill_message('rules.message_zh', {'cell': 'corrections.cell_text', 'actual': 'corrections.read_text',
        'expected': 'corrections.corrected_value', 'reason': 'corrections.reason',
        'who': 'corrections.corrected_by', 'when': 'corrections.day_text'}) }} as message,
    {{ fill_message('rules.message_en', {'cell': 'corrections.cell_text', 'actual': 'corrections.read_text',
        'expected': 'corrections.corrected_value', 'reason': 'corrections.reason',
        'who': 'corrections.corrected_by', 'when': 'corrections.day_text'}) }} as message_en,
    corrections.corrected_value as expected,
    corrections.raw_value as actual,
    corrections.table_key,
    corrections.row_key,
    corrections.column_key,
    corrections.line_start,
    corrections.line_end
from corrections
inner join reports on corrections.report_key = reports.report_key
cross join rules
