-- Every rule of the seed by one mechanism: cells, amounts and quantities of a report meet the terms of the places where
-- a rule is evaluated, each side is added up, and the sides are compared. A term without a figure: not assessable.
with places as (
    select * from {{ ref('int_rule_places') }}
),

terms as (
    select
        places.place_no,
        places.form_version,
        places.result_per,
        places.comparison,
        places.right_constant,
        places.tolerance,
        unnest(places.terms, recursive := true)  -- noqa: AL03
    from places
),

reports as (
    select * from {{ ref('int_reports') }}
),

body_levels as (
    select * from {{ ref('int_body_levels') }}
),

last_years as (
    select * from {{ ref('int_last_years') }}
),

cell_operands as not materialized (
    select
        cells.report_key,
        terms.* exclude (form_version),  -- noqa: RF02
        true as is_own_cell,
        cells.value,
        cells.value_state,
        0 as rounding,
        cells.line_start,
        cells.line_end
    from {{ ref('int_cells') }} as cells
    inner join terms
        on
            cells.form_version = terms.form_version
            and cells.table_key = terms.table_key
            and cells.row_key = terms.row_key
            and cells.column_key = terms.column_key
            and terms.years_back = 0
            and not terms.in_yuan
),

-- Whatever the edition of the table then: the cell of that name, if it had one.
last_year_operands as not materialized (
    select
        last_years.report_key,
        terms.* exclude (form_version),  -- noqa: RF02
        false as is_own_cell,
        cells.value,
        cells.value_state,
        0 as rounding
    from {{ ref('int_cells') }} as cells
    inner join terms
        on
            cells.table_key = terms.table_key
            and cells.row_key = terms.row_key
            and cells.column_key = terms.column_key
            and terms.years_back = 1
    inner join last_years on cells.report_key = last_years.last_report_key
),

amount_operands as not materialized (
    select
        amounts.report_key,
        terms.* exclude (form_version),  -- noqa: RF02
        true as is_own_cell,
        amounts.value,
        amounts.value_state,
        amounts.rounding,
        amounts.line_start,
        amounts.line_end
    from {{ ref('int_amounts') }} as amounts
    inner join terms
        on
            amounts.form_version = terms.form_version
            and amounts.table_key = terms.table_key
            and amounts.row_key = terms.row_key
            and amounts.column_key = terms.column_key
            and terms.in_yuan
),

fact_operands as not materialized (
    select
        facts.report_key,
        terms.* exclude (form_version),  -- noqa: RF02
        false as is_own_cell,
        facts.value,
        facts.value_state,
        facts.rounding,
        facts.line_start,
        facts.line_end
    from {{ ref('int_report_facts') }} as facts
    inner join terms on facts.quantity = terms.quantity
),

-- Read three times and not kept: adding up is one pass without lists, the few nulls and broken cells are two more.
operands as not materialized (
    select * from cell_operands
    union all by name
    select * from last_year_operands
    union all by name
    select * from amount_operands
    union all by name
    select * from fact_operands
),

grouped as (
    select
        report_key,
        place_no,
        bool_or(is_own_cell) as has_own_cell,
        count(*) as n_found,
        count(value) as n_figures,
        bit_or(cast(1 as ubigint) << cast(least(term_index, 63) as ubigint)) as found_bits,
        sum(sign * value) filter (side = 'left') as left_sum,
        sum(sign * value) filter (side = 'right') as right_sum,
        sum(sign * value) filter (years_back = 1) as last_year,
        max(rounding) as rounding,
        coalesce(min(line_start) filter (operand_kind = 'quantity'), min(line_start)) as line_start,
        coalesce(max(line_end) filter (operand_kind = 'quantity'), max(line_end)) as line_end
    from operands
    group by report_key, place_no
),

nulls as (
    select
        report_key,
        place_no,
        list({ term_index: term_index, words: operand || ' ' || value_state }) as terms
    from operands
    where value is null
    group by report_key, place_no
),

broken as (
    select
        report_key,
        place_no,
        list({
            term_index: term_index, table_key: table_key, row_key: row_key, column_key: column_key, value: value,
            line_start: line_start, line_end: line_end
        }) as cells
    from operands
    where
        result_per = 'table'
        and not {{ rule_holds('comparison', 'value', 'right_constant', 'tolerance') }}
    group by report_key, place_no
),

-- Of another edition, or of another level of bodies: not for this report.
applicable as (
    select
        grouped.* exclude (left_sum, right_sum),  -- noqa: RF02
        grouped.n_found - grouped.n_figures as n_null,
        nulls.terms as nulls,
        broken.cells as broken_cells,
        reports.body_key,
        reports.report_year,
        places.* exclude (place_no, terms),  -- noqa: RF02
        places.body_levels is not null and body_levels.body_level is null as is_level_unknown,
        case when places.result_per = 'place' then places.n_terms else grouped.n_found end as n_wanted,
        places.left_constant + coalesce(grouped.left_sum, 0) as actual,
        case
            when places.comparison <> 'is_whole' then places.right_constant + coalesce(grouped.right_sum, 0)
        end as expected,
        case
            when places.result_per = 'place' and grouped.n_found < places.n_terms
                then
                    list_transform(
                        list_filter(
                            places.terms,
                            lambda term: (grouped.found_bits >> cast(term['term_index'] as ubigint)) & 1 = 0  -- noqa
                        ),
                        lambda term: {
                            'term_index': term['term_index'],  -- noqa: RF02
                            'words': concat_ws(' ', term['operand'], case  -- noqa: RF02
                                when term['operand_kind'] = 'quantity' then 'not stated'  -- noqa: RF02
                                when term['years_back'] = 0 then 'not printed'  -- noqa: RF02
                                when last_years.report_key is null then 'no report of the year before'
                                else 'not in the form of the year before'
                            end)
                        }
                    )
        end as not_found
    from grouped
    inner join places on grouped.place_no = places.place_no
    inner join reports on grouped.report_key = reports.report_key
    left join nulls on grouped.report_key = nulls.report_key and grouped.place_no = nulls.place_no
    left join broken on grouped.report_key = broken.report_key and grouped.place_no = broken.place_no
    left join body_levels on reports.body_key = body_levels.body_key
    left join last_years on grouped.report_key = last_years.report_key
    where
        (
            grouped.has_own_cell
            or (
                places.form_version is null
                and (places.form_versions is null or list_contains(places.form_versions, reports.form_version))
            )
        )
        and (
            places.body_levels is null
            or body_levels.body_level is null
            or list_contains(places.body_levels, body_levels.body_level)
        )
),

judged as (
    select
        *,
        n_wanted - n_found + n_null + cast(is_level_unknown as integer) as n_missing,
        list_sort(list_concat(nulls, not_found)) as missing_terms,
        case
            when is_level_unknown then 'not_assessable'
            when result_per = 'table' and broken_cells is not null then 'fail'
            when n_null > 0 or n_found < n_wanted then 'not_assessable'
            when result_per = 'table' then 'pass'
            when {{ rule_holds('comparison', 'actual', 'expected', '(tolerance + rounding)') }} then 'pass'
            else 'fail'
        end as status
    from applicable
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
    case when result_per = 'place' and status <> 'not_assessable' then expected end as expected,
    case when result_per = 'place' and status <> 'not_assessable' then actual end as actual,
    case when status <> 'not_assessable' then last_year end as last_year,
    n_wanted + cast(is_level_unknown as integer) as n_operands,
    n_missing,
    case
        when n_missing > 0
            then
                concat_ws(
                    '; ',
                    case when is_level_unknown then 'level of the body unknown' end,
                    nullif(list_aggregate(
                        list_transform(missing_terms[:{{ var('max_missing_named') }}], lambda term: term['words']),
                        'string_agg', '; '
                    ), ''),
                    case
                        when len(missing_terms) > {{ var('max_missing_named') }}
                            then 'and ' || (len(missing_terms) - {{ var('max_missing_named') }}) || ' more'
                    end
                )
    end as missing,
    quantity,
    gives_finding,
    case when status = 'fail' then list_sort(broken_cells) end as broken_cells,
    line_start,
    line_end
from judged
