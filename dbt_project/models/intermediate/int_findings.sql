-- What reading found, what the rules of the seed found, and what versions and corrections have to say, in one shape.
with parser_findings as (
    select * from {{ ref('stg_findings') }}
),

reports as (
    select * from {{ ref('int_reports') }}
),

unpacked_results as (
    {{ unpacked_rule_results(ref('int_rule_results'), ref('int_report_numbers'), ref('int_rule_places')) | indent(4) }}
),

rule_results as (
    select * from unpacked_results
    where status = 'fail' and gives_finding
),

rules as (
    select * from {{ ref('finding_rules') }}
),

rule_texts as (
    select
        rule_key,
        min(text_zh) as text_zh,
        min(text_en) as text_en
    from {{ ref('rules') }}
    group by rule_key
),

facts as (
    select * from {{ ref('int_report_facts') }}
    where words is not null
),

quantities as (
    select * from {{ ref('operand_quantities') }}
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
        max(row_label) as row_label,
        max(row_name_en) as row_name_en
    from {{ ref('form_rows') }}
    group by table_key, row_key
),

column_labels as (
    select
        table_key,
        column_key,
        max(column_label) as column_label,
        max(column_name_en) as column_name_en
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

-- A rule over each cell of a table gives a finding for each cell that breaks it.
broken_cells as (
    select
        report_key,
        rule_key,
        unnest(broken_cells, recursive := true)  -- noqa: AL03
    from rule_results
    where broken_cells is not null
),

broken_rules as (
    select
        report_key,
        rule_key,
        table_key,
        row_key,
        column_key,
        cast(null as double) as expected,
        value as actual,
        cast(null as double) as last_year,
        cast(null as varchar) as quantity,
        line_start,
        line_end
    from broken_cells
    union all by name
    select
        report_key,
        rule_key,
        table_key,
        row_key,
        column_key,
        expected,
        actual,
        last_year,
        quantity,
        line_start,
        line_end
    from rule_results
    where broken_cells is null
),

-- What a message says of the rule and of the place is the same for all that break it there: filled in once each.
places_of_rules as (
    select distinct
        rule_key,
        table_key,
        row_key,
        column_key,
        quantity
    from broken_rules
),

templates as (
    select
        places_of_rules.*,
        rules.severity,
        {{ fill_message('rules.message_zh', {'row': 'row_labels.row_label', 'column': 'column_labels.column_label',
            'quantity': 'quantities.name_zh', 'text': 'rule_texts.text_zh'}) }} as message_zh,
        {{ fill_message('rules.message_en', {'row': 'row_labels.row_name_en', 'column': 'column_labels.column_name_en',
            'quantity': 'quantities.name_en', 'text': 'rule_texts.text_en'}) }} as message_en
    from places_of_rules
    inner join rule_texts on places_of_rules.rule_key = rule_texts.rule_key
    inner join rules on split_part(places_of_rules.rule_key, ':', 1) = rules.rule_key
    left join row_labels
        on places_of_rules.table_key = row_labels.table_key and places_of_rules.row_key = row_labels.row_key
    left join column_labels
        on
            places_of_rules.table_key = column_labels.table_key
            and places_of_rules.column_key = column_labels.column_key
    left join quantities on places_of_rules.quantity = quantities.quantity
),

from_rules as (
    select
        broken_rules.report_key,
        broken_rules.rule_key,
        broken_rules.table_key,
        broken_rules.row_key,
        broken_rules.column_key,
        {{ number_text('round(broken_rules.expected, 6)') }} as expected,
        {{ number_text('round(broken_rules.actual, 6)') }} as actual,
        {{ number_text('round(broken_rules.last_year, 6)') }} as last_year,
        facts.words,
        templates.severity,
        templates.message_zh,
        templates.message_en,
        broken_rules.line_start,
        broken_rules.line_end
    from broken_rules
    inner join templates
        on
            broken_rules.rule_key = templates.rule_key
            and broken_rules.table_key is not distinct from templates.table_key
            and broken_rules.row_key is not distinct from templates.row_key
            and broken_rules.column_key is not distinct from templates.column_key
            and broken_rules.quantity is not distinct from templates.quantity
    left join facts on broken_rules.report_key = facts.report_key and broken_rules.quantity = facts.quantity
),

worded_rules as (
    select
        from_rules.report_key,
        reports.document_id,
        reports.delivery,
        reports.source_path,
        reports.record,
        from_rules.rule_key,
        from_rules.severity,
        {{ fill_message('from_rules.message_zh', {'expected': 'from_rules.expected', 'actual': 'from_rules.actual',
            'last_year': 'from_rules.last_year', 'words': 'from_rules.words', 'raw': 'from_rules.actual'}) }} as message,
        {{ fill_message('from_rules.message_en', {'expected': 'from_rules.expected', 'actual': 'from_rules.actual',
            'last_year': 'from_rules.last_year', 'words': 'from_rules.words', 'raw': 'from_rules.actual'}) }}
            as message_en,
        from_rules.expected,
        from_rules.actual,
        from_rules.table_key,
        from_rules.row_key,
        from_rules.column_key,
        from_rules.line_start,
        from_rules.line_end
    from from_rules
    inner join reports on from_rules.report_key = reports.report_key
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
    select * from worded_rules
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
