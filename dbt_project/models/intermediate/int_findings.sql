-- What reading found, what the relations of the form found, and where prose and table disagree, in one shape.
with parser_findings as (
    select * from {{ ref('stg_findings') }}
),

reports as (
    select * from {{ ref('int_reports') }}
),

rule_results as (
    select * from {{ ref('int_rule_results') }}
    where status = 'fail'
),

rules as (
    select * from {{ ref('finding_rules') }}
),

volumes as (
    select * from {{ ref('int_disclosure_volumes') }}
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

row_labels as (
    select
        table_key,
        row_key,
        max(row_label) as row_label
    from {{ ref('form_rows') }}
    group by table_key, row_key
),

column_labels as (
    select
        table_key,
        column_key,
        max(column_label) as column_label
    from {{ ref('form_columns') }}
    group by table_key, column_key
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

from_relations as (
    select
        rule_results.report_key,
        rule_results.relation_key as rule_key,
        rule_results.table_key,
        rule_results.row_key,
        rule_results.column_key,
        {{ number_text('rule_results.expected') }} as expected,
        {{ number_text('rule_results.actual') }} as actual,
        row_labels.row_label as row_text,
        column_labels.column_label as column_text,
        cast(null as varchar) as quantity_text,
        rule_results.line_start,
        rule_results.line_end
    from rule_results
    left join row_labels
        on rule_results.table_key = row_labels.table_key and rule_results.row_key = row_labels.row_key
    left join column_labels
        on rule_results.table_key = column_labels.table_key and rule_results.column_key = column_labels.column_key
),

from_prose as (
    select
        in_prose.report_key,
        'prose_differs_from_table' as rule_key,
        {{ number_text('in_table.value') }} as expected,
        {{ number_text('in_prose.value') }} as actual,
        in_prose.subject as quantity_text,
        in_prose.line_start,
        in_prose.line_end
    from volumes as in_prose
    inner join volumes as in_table
        on
            in_prose.report_key = in_table.report_key
            and in_prose.subject = in_table.subject
            and in_prose.measure = in_table.measure
            and in_table.source = 'table'
    where in_prose.source = 'prose' and not in_prose.is_approximate and in_prose.value <> in_table.value
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
    select * from from_relations
    union all by name
    select * from from_prose
    union all by name
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
            'row': 'computed.row_text', 'column': 'computed.column_text', 'quantity': 'computed.quantity_text',
            'raw': 'computed.actual'}) }} as message,
        {{ fill_message('rules.message_en', {'expected': 'computed.expected', 'actual': 'computed.actual',
            'row': 'computed.row_text', 'column': 'computed.column_text', 'quantity': 'computed.quantity_text',
            'raw': 'computed.actual'}) }} as message_en,
        computed.expected,
        computed.actual,
        computed.table_key,
        computed.row_key,
        computed.column_key,
        computed.line_start,
        computed.line_end
    from computed
    inner join rules on computed.rule_key = rules.rule_key
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

select
    * exclude (nth),
    md5(concat_ws('|', delivery, source_path, record, rule_key, nth)) as finding_key
from numbered
