-- Every rule of the seed by one mechanism: cells, amounts and quantities of a report meet the terms of the places where
-- a rule is evaluated, each side is added up, and the sides are compared. A term without a figure: not assessable.
-- Reports, cells and places are numbers here: there are some four hundred operands a report.
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

paired_years as (
    select
        reports.report_no,
        before.report_no as last_report_no
    from last_years
    inner join reports on last_years.report_key = reports.report_key
    inner join reports as before on last_years.last_report_key = before.report_key
),

operands_of_cells as (
    select
        term_index,
        place_no,
        cell_no,
        cell_no // 16 as form_cell,
        form_version,
        table_key,
        row_key,
        column_key,
        operand,
        result_per,
        comparison,
        right_constant,
        tolerance,
        sign,
        side = 'left' as is_left,
        years_back = 1 as is_of_last_year,
        in_yuan
    from terms
    where operand_kind = 'cell'
),

cells as not materialized (
    select * from {{ ref('int_packed_cells') }}
),

cell_operands as not materialized (
    select
        cells.report_no,
        terms.place_no,
        terms.term_index,
        terms.sign,
        terms.is_left,
        false as is_of_last_year,
        true as is_own_cell,
        false as is_quantity,
        cells.value,
        cells.value_state,
        cast(0 as double) as rounding,
        cells.line_start,
        cells.line_end
    from cells
    inner join operands_of_cells as terms
        on cells.cell_no = terms.cell_no and not terms.is_of_last_year and not terms.in_yuan
),

-- Whatever the edition of the table then: the cell of that name, if it had one.
last_year_operands as not materialized (
    select
        paired_years.report_no,
        terms.place_no,
        terms.term_index,
        terms.sign,
        terms.is_left,
        true as is_of_last_year,
        false as is_own_cell,
        false as is_quantity,
        cells.value,
        cells.value_state,
        cast(0 as double) as rounding,
        cast(null as integer) as line_start,
        cast(null as integer) as line_end
    from cells
    inner join operands_of_cells as terms on cells.cell_no // 16 = terms.form_cell and terms.is_of_last_year
    inner join paired_years on cells.report_no = paired_years.last_report_no
),

amount_operands as not materialized (
    select
        reports.report_no,
        terms.place_no,
        terms.term_index,
        terms.sign,
        terms.is_left,
        terms.is_of_last_year,
        true as is_own_cell,
        false as is_quantity,
        amounts.value,
        amounts.value_state,
        amounts.rounding,
        amounts.line_start,
        amounts.line_end
    from {{ ref('int_amounts') }} as amounts
    inner join reports on amounts.report_key = reports.report_key
    inner join operands_of_cells as terms
        on
            amounts.form_version = terms.form_version
            and amounts.table_key = terms.table_key
            and amounts.row_key = terms.row_key
            and amounts.column_key = terms.column_key
            and terms.in_yuan
),

fact_operands as not materialized (
    select
        reports.report_no,
        terms.place_no,
        terms.term_index,
        terms.sign,
        terms.side = 'left' as is_left,
        false as is_of_last_year,
        false as is_own_cell,
        true as is_quantity,
        facts.value,
        facts.value_state,
        facts.rounding,
        facts.line_start,
        facts.line_end
    from {{ ref('int_report_facts') }} as facts
    inner join reports on facts.report_key = reports.report_key
    inner join terms on facts.quantity = terms.quantity
),

-- Read twice and not kept: adding up is one pass without lists, the few nulls are another.
operands as not materialized (
    select * replace (cast(value_state as varchar) as value_state) from cell_operands
    union all by name
    select * replace (cast(value_state as varchar) as value_state) from last_year_operands
    union all by name
    select * from amount_operands
    union all by name
    select * from fact_operands
),

grouped as (
    select
        report_no,
        place_no,
        bool_or(is_own_cell) as has_own_cell,
        count(*) as n_found,
        count(value) as n_figures,
        bit_or(cast(1 as ubigint) << cast(least(term_index, 63) as ubigint)) as found_bits,
        sum(sign * value) filter (is_left) as left_sum,
        sum(sign * value) filter (not is_left) as right_sum,
        sum(sign * value) filter (is_of_last_year) as last_year,
        max(rounding) as rounding,
        min(line_start) as first_line,
        max(line_end) as last_line,
        min(line_start) filter (is_quantity) as first_line_of_quantity,
        max(line_end) filter (is_quantity) as last_line_of_quantity
    from operands
    group by report_no, place_no
),

nulls as (
    select
        operands.report_no,
        operands.place_no,
        list({ term_index: operands.term_index, words: terms.operand || ' ' || operands.value_state }) as terms
    from operands
    inner join terms on operands.place_no = terms.place_no and operands.term_index = terms.term_index
    where operands.value is null
    group by operands.report_no, operands.place_no
),

broken as (
    select
        cells.report_no,
        terms.place_no,
        list({
            term_index: terms.term_index, table_key: terms.table_key, row_key: terms.row_key,
            column_key: terms.column_key, value: cells.value,
            line_start: cells.line_start, line_end: cells.line_end
        }) as cells
    from cells
    inner join operands_of_cells as terms
        on cells.cell_no = terms.cell_no and not terms.is_of_last_year and not terms.in_yuan
    where
        terms.result_per = 'table'
        and not {{ rule_holds('terms.comparison', 'cells.value', 'terms.right_constant', 'terms.tolerance') }}
    group by cells.report_no, terms.place_no
),

-- Of another edition, or of another level of bodies: not for this report.
applicable as (
    select
        grouped.* exclude (left_sum, right_sum),  -- noqa: RF02
        coalesce(grouped.first_line_of_quantity, grouped.first_line) as line_start,
        coalesce(grouped.last_line_of_quantity, grouped.last_line) as line_end,
        grouped.n_found - grouped.n_figures as n_null,
        nulls.terms as nulls,
        broken.cells as broken_cells,
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
                                when paired_years.report_no is null then 'no report of the year before'
                                else 'not in the form of the year before'
                            end)
                        }
                    )
        end as not_found
    from grouped
    inner join places on grouped.place_no = places.place_no
    inner join reports on grouped.report_no = reports.report_no
    left join nulls on grouped.report_no = nulls.report_no and grouped.place_no = nulls.place_no
    left join broken on grouped.report_no = broken.report_no and grouped.place_no = broken.place_no
    left join body_levels on reports.body_key = body_levels.body_key
    left join paired_years on grouped.report_no = paired_years.report_no
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
    report_no,
    result_no,
    cast(status as enum('pass', 'fail', 'not_assessable')) as status,
    case when result_per = 'place' and status <> 'not_assessable' then expected end as expected,
    case when result_per = 'place' and status <> 'not_assessable' then actual end as actual,
    case when status <> 'not_assessable' then last_year end as last_year,
    cast(n_wanted + cast(is_level_unknown as integer) as usmallint) as n_operands,
    cast(n_missing as usmallint) as n_missing,
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
    case when status = 'fail' then list_sort(broken_cells) end as broken_cells,
    line_start,
    line_end
from judged
order by report_no, result_no
