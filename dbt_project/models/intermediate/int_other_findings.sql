-- What reading found, and what versions, corrections and amounts have to say, in one shape: few a report, and kept as
-- texts. What the rules of the seed found is in int_rule_findings.
with parser_findings as (
    select * from {{ ref('stg_findings') }}
),

reports as (
    select * from {{ ref('int_reports') }}
),

rules as (
    select * from {{ ref('finding_rules') }}
),

procurement as (
    select * from {{ ref('int_procurement') }}
    where unit_basis = 'unknown' and amount is not null
),

correction_findings as (
    select * from {{ ref('int_correction_findings') }}
),

from_versions as (
    select * from {{ ref('int_version_findings') }}
),

from_reading as (
    select
        reports.report_key,
        parser_findings.*
    from parser_findings
    left join reports
        on
            parser_findings.document_id = reports.document_id
            and parser_findings.delivery = reports.delivery
            and parser_findings.source_path = reports.source_path
),

from_amounts as (
    select
        report_key,
        'amount_unit_unknown' as rule_key,
        't2' as table_key,
        'procurement' as row_key,
        'amount' as column_key,
        amount_text as actual,
        line_start,
        line_end
    from procurement
),

-- Copies within a delivery are found by reading; here the same bytes in two deliveries.
from_copies as (
    select
        document_id,
        delivery,
        source_path,
        record,
        'duplicate_document' as rule_key,
        first_value(source_path) over (partition by document_id order by delivery, source_path) as first_path
    from {{ ref('stg_documents') }}
    where document_id is not null and not is_duplicate
    qualify row_number() over (partition by document_id order by delivery, source_path) > 1
),

worded_copies as (
    select
        from_copies.* exclude (first_path),  -- noqa: RF02
        rules.severity,
        {{ fill_message('rules.message_zh', {'path': 'from_copies.source_path', 'first': 'from_copies.first_path'}) }}
            as message,
        {{ fill_message('rules.message_en', {'path': 'from_copies.source_path', 'first': 'from_copies.first_path'}) }}
            as message_en
    from from_copies
    inner join rules on from_copies.rule_key = rules.rule_key
),

computed as (
    select * from from_amounts
    union all by name
    select * from from_versions
),

worded as (
    select
        computed.report_key,
        reports.document_id,
        reports.delivery,
        reports.source_path,
        reports.record,
        computed.rule_key,
        rules.severity,
        {{ fill_message('rules.message_zh', {'expected': 'computed.expected', 'actual': 'computed.actual',
            'raw': 'computed.actual'}) }} as message,
        {{ fill_message('rules.message_en', {'expected': 'computed.expected', 'actual': 'computed.actual',
            'raw': 'computed.actual'}) }} as message_en,
        computed.expected,
        computed.actual,
        computed.table_key,
        computed.row_key,
        computed.column_key,
        computed.line_start,
        computed.line_end
    from computed
    inner join rules on split_part(computed.rule_key, ':', 1) = rules.rule_key
    inner join reports on computed.report_key = reports.report_key
),

united as (
    select * exclude (finding_seq, n_numbers) from from_reading
    union all by name
    select * from worded
    union all by name
    select * from worded_copies
    union all by name
    select * from correction_findings
),

numbered as (
    select
        *,
        row_number() over (
            partition by delivery, source_path, record, rule_key
            order by table_key, row_key, column_key, line_start, expected, actual, message
        ) as nth
    from united
)

select * from numbered
order by delivery, source_path, record, rule_key, nth
